import { selects, titleOf } from '../model.mjs';

/** Budget, autoscaler and replicas agree: one pod may always go, and of several three stay. */
export function numbersOfPods({ of, nodes }) {
  return nodes.flatMap((node) => [...ofBudgets(node, of('PodDisruptionBudget')), ...ofAutoscaler(node)]);
}

function* ofBudgets({ title, set, labels, autoscaler }, all) {
  const budgets = all.filter(({ spec }) => selects(spec.selector, labels));
  // With two that select a pod, Kubernetes evicts it not at all.
  if (budgets.length !== 1) yield `${title}: ${budgets.length} budgets select its pods, not one`;
  const fewest = autoscaler?.spec.minReplicas ?? set.spec.replicas ?? 1;
  for (const { metadata, spec } of budgets) {
    const { minAvailable, maxUnavailable } = spec;
    const kept =
      minAvailable === undefined ? fewest - asCount(maxUnavailable, fewest) : asCount(minAvailable, fewest);
    if (kept >= fewest)
      yield `PodDisruptionBudget/${metadata.name}: keeps ${kept} of ${fewest} pods, so no machine can be drained`;
    if (spec.unhealthyPodEvictionPolicy !== 'AlwaysAllow')
      yield `PodDisruptionBudget/${metadata.name}: a pod that is not ready holds up the drain of its machine`;
  }
}

function asCount(value, pods) {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * pods) / 100);
}

function* ofAutoscaler({ title, set, container, autoscaler }) {
  if (!autoscaler) return;
  const where = titleOf(autoscaler);
  const { minReplicas = 1, maxReplicas, metrics = [], behavior = {} } = autoscaler.spec;
  if (minReplicas < 3) yield `${where}: goes down to ${minReplicas}; with one pod away there is no majority`;
  if (maxReplicas <= minReplicas) yield `${where}: has nothing to scale`;
  if (set.spec.replicas !== undefined)
    yield `${title}: says ${set.spec.replicas} replicas, to which every apply brings it back from what ${where} made of it`;
  const names = metrics.map(({ resource, pods }) => resource?.name ?? pods?.metric.name);
  if (names.includes('memory')) yield `${where}: scales by memory, which V8 keeps`;
  for (const name of ['cpu', 'noex_mailbox_messages'])
    if (!names.includes(name)) yield `${where}: does not look at ${name}`;
  for (const name of names.filter((one) => one === 'cpu'))
    if (!container.resources?.requests?.[name])
      yield `${title}: requests no ${name}, so ${where} sees <unknown>`;
  const { stabilizationWindowSeconds = 300, policies = [] } = behavior.scaleDown ?? {};
  if (
    stabilizationWindowSeconds < 300 ||
    !policies.every(({ type, value }) => type === 'Pods' && value === 1) ||
    policies.length === 0
  )
    yield `${where}: takes pods away in haste: one at a time, after five quiet minutes at least`;
}
