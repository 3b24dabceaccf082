import { fits, isEmptySelector, selects, titleOf } from '../model.mjs';

/** Every selector fits pods, and names the mesh: two versions side by side never share a Service, a budget or a policy. */
export function selectors({ of, nodes }) {
  const problems = [];
  for (const { set, title, labels, pod } of nodes) {
    if (!labels.version) problems.push(`${title}: its pods have no label version`);
    if (!selects(set.spec.selector, labels))
      problems.push(`${title}: its selector does not fit its own pods`);
    problems.push(...withoutVersion(title, set.spec.selector.matchLabels));
    for (const { topologyKey, labelSelector } of pod.topologySpreadConstraints ?? []) {
      const where = `${title}, spread over ${topologyKey}`;
      if (!selects(labelSelector, labels)) problems.push(`${where}: does not fit its own pods`);
      problems.push(...withoutVersion(where, labelSelector.matchLabels));
    }
  }
  const anyOf = (fit) => nodes.some(({ labels }) => fit(labels));
  for (const service of of('Service')) {
    if (!anyOf((labels) => fits(service.spec.selector, labels)))
      problems.push(`${titleOf(service)}: its selector fits no pods`);
    problems.push(...withoutVersion(titleOf(service), service.spec.selector));
  }
  for (const budget of of('PodDisruptionBudget')) {
    if (!anyOf((labels) => selects(budget.spec.selector, labels)))
      problems.push(`${titleOf(budget)}: its selector fits no pods`);
    problems.push(...withoutVersion(titleOf(budget), budget.spec.selector.matchLabels));
  }
  for (const policy of of('NetworkPolicy')) problems.push(...ofPolicy(policy, anyOf));
  return problems;
}

function* ofPolicy(policy, anyOf) {
  const { podSelector, ingress = [], egress = [] } = policy.spec;
  // An empty one is for all pods of the namespace, which is what a default is.
  if (isEmptySelector(podSelector)) return;
  if (!anyOf((labels) => selects(podSelector, labels))) yield `${titleOf(policy)}: its selector fits no pods`;
  yield* withoutVersion(titleOf(policy), podSelector.matchLabels);
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  for (const { podSelector: peer, namespaceSelector } of peers) {
    if (!peer || namespaceSelector || isEmptySelector(peer)) continue;
    if (!anyOf((labels) => selects(peer, labels))) yield `${titleOf(policy)}: a peer of it fits no pods`;
    yield* withoutVersion(`${titleOf(policy)}, a peer`, peer.matchLabels);
  }
}

function withoutVersion(where, labels) {
  return labels?.version
    ? []
    : [`${where}: the selector has no version, so it fits the pods of another mesh too`];
}
