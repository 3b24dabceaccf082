import type { Model } from './model.js';
import { sameNamespace, type Resource } from './resource.js';
import { includes } from './selector.js';
import type { NodeWorkload } from './workload.js';

export function isHeadless(service: Resource): boolean {
  return service.tree.at('spec', 'clusterIP')?.text === 'None';
}

export function servicesOf({ resources }: Pick<Model, 'resources'>): readonly Resource[] {
  return resources.filter(({ kind }) => kind === 'Service');
}

/** Whether the Service stands for the workload's pods. Without a selector it stands for none. */
export function servesPods(service: Resource, { resource, podLabels }: NodeWorkload): boolean {
  const wanted = { ...service.tree.at('spec', 'selector')?.texts, ...service.added.selectors };
  return Object.keys(wanted).length > 0 && sameNamespace(service, resource) && includes(podLabels, wanted);
}

/** The Service that a host name means inside the cluster: `name`, `name.namespace`, `name.namespace.svc…`. */
export function serviceOfHost(host: string, services: readonly Resource[]): Resource | undefined {
  const [name, namespace, svc] = host.split('.');
  if (svc !== undefined && svc !== 'svc') return undefined;
  return services.find(
    (service) =>
      service.name === name &&
      (namespace === undefined || service.namespace === undefined || service.namespace === namespace),
  );
}

/** The pod that a host name of the form `workload-0.service…` means. */
export function podOfHost(host: string): { workload: string; ordinal: number; service: string } | undefined {
  const [, workload, ordinal, service] = /^([a-z0-9][a-z0-9-]*)-(\d+)\.([^.]+)/.exec(host) ?? [];
  return workload === undefined ? undefined : { workload, ordinal: Number(ordinal), service: service! };
}

/** What to write for "all peers", with the names that are there. */
export function peersSeed(services: readonly Resource[], port: number): string {
  const name = services.find(isHeadless)?.name ?? '<headless-service>';
  return `dns:${name}.$(POD_NAMESPACE).svc.cluster.local:${port}`;
}
