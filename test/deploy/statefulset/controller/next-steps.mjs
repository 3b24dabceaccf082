// What the StatefulSet controller does next (kubernetes pkg/controller/statefulset/stateful_set_control.go), as a function of what there is.

/**
 * @typedef {{ ordinal: number, revision: string, isReady: boolean, isAvailable: boolean, isTerminating: boolean }} PodView
 * `isAvailable`: ready for `minReadySeconds`
 */

/**
 * @param {{ replicas: number, podManagementPolicy?: string, updateStrategy?: object }} spec of the StatefulSet
 * @param {string} revision that its template has now
 * @param {PodView[]} pods
 * @returns {{ create: number[], remove: number[] }} ordinals
 */
export function nextSteps(spec, revision, pods) {
  const inTurn = (spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady';
  const create = [];
  for (let ordinal = 0; ordinal < spec.replicas; ordinal++) {
    const pod = pods.find((one) => one.ordinal === ordinal);
    if (!pod) create.push(ordinal);
    // In turn: nobody comes before all that are before it are there for good.
    if (inTurn && !pod?.isAvailable) return { create, remove: [] };
  }
  if (create.length > 0) return { create, remove: [] };
  const surplus = pods.filter(({ ordinal }) => ordinal >= spec.replicas);
  if (surplus.length > 0) return { create, remove: condemned(surplus, inTurn) };
  return { create, remove: outdated(spec, revision, pods) };
}

/** Those with the highest ordinals, in turn each after the last one has gone. */
function condemned(surplus, inTurn) {
  const highestFirst = [...surplus].sort((a, b) => b.ordinal - a.ordinal);
  const isLeaving = surplus.some(({ isTerminating }) => isTerminating);
  if (inTurn && isLeaving) return [];
  return (inTurn ? highestFirst.slice(0, 1) : highestFirst)
    .filter(({ isTerminating }) => !isTerminating)
    .map(({ ordinal }) => ordinal);
}

/** The one to be replaced next: the highest of another revision, when all above it are available. */
function outdated({ updateStrategy = {} }, revision, pods) {
  const { type = 'RollingUpdate', rollingUpdate = {} } = updateStrategy;
  if (type !== 'RollingUpdate') return [];
  const { partition = 0 } = rollingUpdate;
  const highestFirst = pods
    .filter(({ ordinal }) => ordinal >= partition)
    .sort((a, b) => b.ordinal - a.ordinal);
  const next = highestFirst.find((pod) => pod.revision !== revision || !pod.isAvailable);
  return next && next.revision !== revision && !next.isTerminating ? [next.ordinal] : [];
}

/**
 * Whether an eviction of this pod is granted by a PodDisruptionBudget, now.
 * @param {{ maxUnavailable?: number | string, minAvailable?: number | string, unhealthyPodEvictionPolicy?: string }} budget its spec
 * @param {PodView[]} pods that it selects
 * @param {number} expected how many there should be
 */
export function mayEvict(budget, pods, expected, ordinal) {
  const pod = pods.find((one) => one.ordinal === ordinal);
  if (!pod || pod.isTerminating) return false;
  const healthy = pods.filter(({ isReady, isTerminating }) => isReady && !isTerminating).length;
  const least =
    budget.maxUnavailable !== undefined
      ? expected - amountOf(budget.maxUnavailable, expected)
      : amountOf(budget.minAvailable ?? 1, expected);
  if (!pod.isReady && (budget.unhealthyPodEvictionPolicy === 'AlwaysAllow' || healthy >= least)) return true;
  return healthy - 1 >= least;
}

const amountOf = (given, of) =>
  typeof given === 'number' ? given : Math.ceil((parseFloat(given) / 100) * of);
