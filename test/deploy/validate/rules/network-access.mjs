import { isEmptySelector, selects, titleOf } from '../model.mjs';

/** Where there are policies: nothing passes by default, peers pass both ways, DNS over both protocols, metrics to Prometheus only. */
export function networkAccess({ of, nodes }) {
  const policies = of('NetworkPolicy');
  if (policies.length === 0) return [];
  const problems = [];
  const byDefault = policies.filter(
    ({ spec }) => isEmptySelector(spec.podSelector) && !spec.ingress && !spec.egress,
  );
  if (!byDefault.some(({ spec }) => ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type))))
    problems.push('no NetworkPolicy denies what none allows, in both directions');
  for (const { title, labels } of nodes) {
    const own = policies.filter(({ spec }) => selects(spec.podSelector, labels));
    const ingress = own.flatMap(({ spec }) => spec.ingress ?? []);
    const egress = own.flatMap(({ spec }) => spec.egress ?? []);
    if (!ingress.some((rule) => passes(rule, 'TCP', 'cluster') && isPeer(rule.from, labels)))
      problems.push(`${title}: its peers do not get in`);
    if (!egress.some((rule) => passes(rule, 'TCP', 'cluster') && isPeer(rule.to, labels)))
      problems.push(`${title}: does not get out to its peers`);
    for (const protocol of ['UDP', 'TCP'])
      if (!egress.some((rule) => passes(rule, protocol, 53)))
        problems.push(`${title}: no DNS over ${protocol}`);
    for (const rule of ingress) problems.push(...openDoors(title, rule, labels));
  }
  for (const policy of policies.filter(({ spec }) =>
    (spec.egress ?? []).some(({ to = [] }) => to.length === 0),
  ))
    problems.push(`${titleOf(policy)}: lets everything out`);
  return problems;
}

function* openDoors(title, { from = [], ports = [] }, labels) {
  const open = ports.map(({ port }) => port).join(', ') || 'every port';
  if (from.length === 0) yield `${title}: ${open} is open to all`;
  for (const peer of from) {
    const anybody = peer.namespaceSelector && isEmptySelector(peer.namespaceSelector) && !peer.podSelector;
    if (anybody) yield `${title}: ${open} is open to all namespaces`;
  }
  if (ports.some(({ port }) => port === 'cluster') && !isPeer(from, labels))
    yield `${title}: the cluster's port is open to others than its peers`;
}

function passes({ ports = [] }, protocol, port) {
  return ports.some((one) => one.port === port && (one.protocol ?? 'TCP') === protocol);
}

function isPeer(peers = [], labels) {
  return (
    peers.length > 0 &&
    peers.every((peer) => !peer.namespaceSelector && peer.podSelector && selects(peer.podSelector, labels))
  );
}
