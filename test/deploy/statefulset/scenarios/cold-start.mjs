import { setEnv, setOf } from './edit.mjs';
import { HEAL_MS, seconds, START_MS } from './lab.mjs';

/** So long one after the other, in an order of chance. `delayOf`: of a pod, by its ordinal. */
function shuffledDelays(count, spacingMs) {
  const order = Array.from({ length: count }, (_, i) => i)
    .map((place) => ({ place, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ place }) => place);
  const ordinals = order.map((_, place) => order.indexOf(place));
  return { delayOf: (ordinal) => order[ordinal] * spacingMs, inOrder: ordinals.join(', ') };
}

/**
 * Starts a cluster, its pods `spacingMs` one after the other in an order of chance. Throws unless it comes up as it should: all ready without
 * a restart, one mesh at once, and nobody ready alone but, maybe, the first.
 * @returns what to tell of it
 */
export async function coldStart(cluster, { spacingMs, withinMs = START_MS, mayBeAlone = false }) {
  const { delayOf, inOrder } = shuffledDelays(cluster.options.replicas, spacingMs);
  const began = performance.now();
  await cluster.start(delayOf);
  await cluster.until('all pods are ready', () => cluster.isAllReady, withinMs);
  await cluster.whole(HEAL_MS);
  const tookMs = performance.now() - began;
  const restarted = cluster.pods.filter(({ restarts }) => restarts > 0);
  if (restarted.length > 0) throw new Error(`restarted while they started:\n${cluster.describe()}`);
  if (!mayBeAlone) await expectNobodyAlone(cluster);
  return `pods started in the order ${inOrder}: one mesh, all ready, after ${seconds(tookMs)}`;
}

/** Twice, the second time with nothing left of the first. */
export async function coldStarts(lab, manifests, { spacingMs }) {
  for (const what of ['cold start', 'after a power cut']) {
    const cluster = lab.cluster(manifests);
    try {
      lab.say(`${what}, ${await coldStart(cluster, { spacingMs })}`);
    } finally {
      await cluster.close({ atOnce: true });
    }
  }
}

const SERVICE = '$(PEERS_SERVICE).$(POD_NAMESPACE).svc.cluster.local';
/** The manifest's own is `dns:` with the full name. Whoever comes before a single seed may be ready without it. */
const SEEDS = [
  ['a short name', 'dns:$(PEERS_SERVICE):4369'],
  ['a service record', `srv:_cluster._tcp.${SERVICE}`],
  ['the first pod alone, which finds itself there', `noex-worker-0.${SERVICE}:4369`, true],
];

/** Throws unless nodes find each other by every form of seed. */
export async function seedForms(lab, manifests, { spacingMs }) {
  for (const [what, seeds, mayBeAlone] of SEEDS) {
    const copy = structuredClone(manifests);
    setEnv(setOf(copy), 'CLUSTER_SEEDS', seeds);
    const cluster = lab.cluster(copy, { replicas: 3 });
    try {
      lab.say(`seeds by ${what}, ${await coldStart(cluster, { spacingMs, mayBeAlone })}`);
    } finally {
      await cluster.close({ atOnce: true });
    }
  }
}

/** A node that is ready takes work; alone, it does not know the names and groups of the others. */
async function expectNobodyAlone(cluster) {
  const [, ...later] = cluster.events.filter(({ what }) => what === 'ready').map(({ pod }) => pod);
  const alone = [];
  for (const pod of cluster.pods) {
    if (later.includes(pod.name) && !((await pod.peersWhenReady) > 0)) alone.push(pod.name);
  }
  if (alone.length > 0) throw new Error(`ready without having met the others: ${alone.join(', ')}`);
}
