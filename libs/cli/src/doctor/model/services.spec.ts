import { parseYaml } from '../read/yaml-tree.js';
import { NO_LABELS, readResources } from './resource.js';
import { podOfHost, serviceOfHost } from './services.js';

const services = parseYaml(
  '{ kind: Service, apiVersion: v1, metadata: { name: web, namespace: shop } }\n---\n{ kind: Service, apiVersion: v1, metadata: { name: peers } }',
  1,
).documents.flatMap((tree) => readResources(tree, 'f', NO_LABELS));

describe('a host name of the cluster', () => {
  it.each([
    ['web', 'web'],
    ['web.shop', 'web'],
    ['web.shop.svc.cluster.local', 'web'],
    ['web.other.svc.cluster.local', undefined],
    ['peers.any.svc', 'peers'],
    ['web.example.com', undefined],
    ['shop-0.web.shop.svc', undefined],
  ])('%s is the Service %s', (host, name) => expect(serviceOfHost(host, services)?.name).toBe(name));

  it.each([
    ['shop-0.peers', { workload: 'shop', ordinal: 0, service: 'peers' }],
    ['my-shop-12.peers.ns.svc.cluster.local', { workload: 'my-shop', ordinal: 12, service: 'peers' }],
    ['peers.ns.svc', undefined],
    ['shop-0', undefined],
  ])('%s is the pod %j', (host, pod) => expect(podOfHost(host)).toEqual(pod));
});
