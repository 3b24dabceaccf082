// What a cluster's DNS says of headless Services (the specification "Kubernetes DNS-Based Service Discovery", schema 1.1.0).
import { endpointsOf, isHeadless, targetPort } from '../controller/endpoints.mjs';

export const DOMAIN = 'cluster.local';

/**
 * @typedef {{ type: 'A', name: string, address: string } | { type: 'SRV', name: string, port: number, target: string }} DnsRecord
 */

/**
 * All records: of each Service one A record per endpoint, of each endpoint one under its own name, and SRV records for named ports. The own
 * name is the pod's where the Service is its set's (`subdomain`), else it is made of the address.
 * @returns {DnsRecord[]} names in lower case, without the last dot
 */
export function zoneOf(services, pods) {
  return services.filter(isHeadless).flatMap((service) => {
    const { name, namespace } = service.metadata;
    const origin = `${name}.${namespace}.svc.${DOMAIN}`;
    return endpointsOf(service, pods).flatMap((pod) => {
      const own = `${pod.subdomain === name ? pod.name : pod.address.replaceAll('.', '-')}.${origin}`;
      return [
        { type: 'A', name: origin, address: pod.address },
        { type: 'A', name: own, address: pod.address },
        ...serviceRecords(service, pod, origin, own),
      ];
    });
  });
}

function serviceRecords({ spec }, pod, origin, target) {
  return spec.ports
    .map((port) => ({
      type: 'SRV',
      name: `_${port.name}._${(port.protocol ?? 'TCP').toLowerCase()}.${origin}`,
      port: targetPort(port, pod),
      target,
    }))
    .filter(({ port }) => port !== undefined);
}

/**
 * The answer to one question.
 * @param {DnsRecord[]} zone
 * @returns {{ exists: boolean, answers: DnsRecord[], additional: DnsRecord[] }} `exists`: the name has records, if of another type
 */
export function lookUp(zone, name, type) {
  const wanted = name.toLowerCase();
  const all = zone.filter((record) => record.name === wanted);
  const answers = all.filter((record) => record.type === type);
  const targets = new Set(answers.flatMap(({ target }) => target ?? []));
  const additional = zone.filter((record) => record.type === 'A' && targets.has(record.name));
  // A name between a record and the zone exists too, without records of its own.
  const exists = all.length > 0 || zone.some((record) => record.name.endsWith(`.${wanted}`));
  return { exists, answers, additional };
}
