import { findingsIn, SOUND } from './rules.spec-support.js';
import { RULES } from './rules.js';

describe('the rules', () => {
  it('find nothing in a sound deployment', () => {
    expect(findingsIn(SOUND)).toEqual([]);
  });

  it('are twenty, each with an id of its own', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(20);
  });

  it('leave alone what runs no node', () => {
    const others = {
      'k8s.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: { name: other }
spec:
  template:
    metadata: { labels: { app: other } }
    spec: { containers: [{ name: other, image: other:1, resources: { limits: { cpu: 1 } } }] }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: other }
spec: { minAvailable: 1, selector: { matchLabels: { app: other } } }
`,
      'compose.yaml': 'version: "3"\nservices: { other: { image: other, ports: ["80:80"] } }\n',
      Dockerfile: 'FROM alpine\nCMD ./other\n',
    };
    expect(findingsIn(others)).toEqual([]);
  });
});
