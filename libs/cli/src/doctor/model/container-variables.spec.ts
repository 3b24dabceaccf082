import { parseYaml } from '../read/yaml-tree.js';
import { containerVariables } from './container-variables.js';
import { NO_LABELS, readResources } from './resource.js';

function variablesOf(container: string, ...others: string[]): Record<string, string | undefined> {
  const text = [`{ kind: StatefulSet, apiVersion: apps/v1, metadata: { name: shop } }`, ...others].join(
    '\n---\n',
  );
  const resources = parseYaml(text, 1).documents.flatMap((tree) => readResources(tree, 'f', NO_LABELS));
  const [tree] = parseYaml(container, 1).documents;
  return Object.fromEntries(
    containerVariables(tree!, resources[0]!, resources).map(({ name, value }) => [name, value]),
  );
}

describe('the variables of a container', () => {
  it('fill in those that stand before, and leave others as they are written', () => {
    expect(
      variablesOf(`env:
- { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
- { name: NODE_NAME, value: $(POD_NAME) }
- { name: HOST, value: $(NODE_NAME).peers.$(LATER) }
- { name: LATER, value: x }`),
    ).toMatchObject({ NODE_NAME: 'shop-0', HOST: 'shop-0.peers.$(LATER)' });
  });

  it('are not known where a Secret or a place that was not read has them', () => {
    expect(
      variablesOf(`env:
- { name: A, valueFrom: { secretKeyRef: { name: s, key: k } } }
- { name: B, value: before-$(A) }
- { name: C, valueFrom: { configMapKeyRef: { name: missing, key: k } } }`),
    ).toEqual({ A: undefined, B: undefined, C: undefined });
  });

  it('come from ConfigMaps, whole or by key, and a value of their own comes later', () => {
    const map = '{ kind: ConfigMap, apiVersion: v1, metadata: { name: m }, data: { A: one, B: two } }';
    expect(
      variablesOf(
        'envFrom: [{ prefix: X_, configMapRef: { name: m } }]\nenv: [{ name: C, valueFrom: { configMapKeyRef: { name: m, key: B } } }, { name: X_A, value: own }]',
        map,
      ),
    ).toEqual({ X_A: 'own', X_B: 'two', C: 'two' });
  });
});
