import { error, warning, type Fault } from '../finding.js';
import type { Model } from '../model/model.js';
import { locate, sameNamespace, titleOf, type Resource } from '../model/resource.js';
import { isHeadless, servesPods, servicesOf } from '../model/services.js';
import { httpPortsOf, type NodeWorkload } from '../model/workload.js';
import type { Rule } from './rule.js';

/** Peers need a headless Service that publishes pods before they are ready; HTTP needs one that does not. */
export const peerService: Rule = {
  id: 'peer-service',
  *check(model: Model) {
    for (const node of model.nodes) {
      const services = servicesOf(model);
      const named = governing(node, services);
      yield* namedWrongly(node, named);
      const serving = services.filter((service) => servesPods(service, node));
      const headless = new Set([...serving, ...(named ? [named] : [])].filter(isHeadless));
      for (const service of headless) {
        yield* unpublished(service);
        if (httpPortsOf(node).length > 0 && serving.every(isHeadless)) {
          yield warning(
            locate(service, 'spec', 'ports'),
            `${titleOf(service)} is the only Service of ${titleOf(node.resource)}: HTTP has none that leaves out pods that are not ready`,
            'add a ClusterIP Service with a port named http for HTTP, and keep this one for peers',
          );
        }
      }
    }
  },
};

function governing({ resource }: NodeWorkload, services: readonly Resource[]): Resource | undefined {
  const name = resource.tree.at('spec', 'serviceName')?.text;
  return services.find((service) => service.name === name && sameNamespace(service, resource));
}

function* namedWrongly(node: NodeWorkload, service: Resource | undefined): Generator<Fault> {
  const { resource } = node;
  const name = resource.tree.at('spec', 'serviceName')?.text;
  if (resource.kind !== 'StatefulSet') return;
  const where = locate(resource, 'spec', 'serviceName');
  if (name === undefined) {
    yield error(
      where,
      'no serviceName: pods have no DNS names of their own',
      'write the name of a headless Service',
    );
  } else if (service && !isHeadless(service)) {
    yield error(
      where,
      `Service ${name} is not headless: pods have no DNS names of their own`,
      'set clusterIP: None and publishNotReadyAddresses: true on a Service of its own for peers',
    );
  } else if (service && !servesPods(service, node)) {
    yield error(
      where,
      `the selector of Service ${name} does not fit the labels of these pods: peers find none`,
      `select in ${service.file} by labels of the pod template`,
    );
  }
}

function* unpublished(service: Resource): Generator<Fault> {
  if (service.tree.at('spec', 'publishNotReadyAddresses')?.text === 'true') return;
  yield error(
    service.tree.at('spec', 'publishNotReadyAddresses')
      ? locate(service, 'spec', 'publishNotReadyAddresses')
      : locate(service, 'spec', 'clusterIP'),
    `${titleOf(service)} hides pods that are not ready: nodes that start do not find each other`,
    'write publishNotReadyAddresses: true',
  );
}
