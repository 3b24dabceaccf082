// Which pods stand behind a Service, as the endpoint controller sees it.

/**
 * @typedef {{ name: string, address: string, labels: Record<string, string>, ports: object[], isReady: boolean, isTerminating: boolean,
 *   subdomain?: string }} PodView `ports` of its container
 */

/**
 * Pods that a Service sends to, or DNS names. Those that end are none, unless the Service publishes pods that are not ready: then they are
 * there until they are gone.
 * @param {object} service
 * @param {PodView[]} pods
 */
export function endpointsOf({ spec }, pods) {
  const wanted = Object.entries(spec.selector ?? {});
  if (wanted.length === 0) return [];
  return pods.filter(
    (pod) =>
      wanted.every(([key, value]) => pod.labels[key] === value) &&
      (spec.publishNotReadyAddresses === true || (pod.isReady && !pod.isTerminating)),
  );
}

/** Number of the port that a port of a Service stands for on this pod; undefined where the pod has none of that name. */
export function targetPort({ targetPort: target, port }, pod) {
  const wanted = target ?? port;
  return typeof wanted === 'number' ? wanted : pod.ports.find(({ name }) => name === wanted)?.containerPort;
}

/** @throws {Error} naming those there are */
export function portOf(service, name) {
  const found = service.spec.ports.find((port) => port.name === name);
  if (found) return found;
  const names = service.spec.ports.map((port) => port.name).join(', ');
  throw new Error(`Service ${service.metadata.name} has no port "${name}": it has ${names}`);
}

export const isHeadless = ({ spec }) => spec.clusterIP === 'None';
