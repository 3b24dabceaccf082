import { Client } from '../load/client.mjs';
import { coldStart } from './cold-start.mjs';
import { HEAL_MS, seconds, START_MS } from './lab.mjs';

/** Of each node, and of the client outside. */
const RATES = { callsPerSecond: 30, spawnsPerSecond: 2, mostUnderWay: 50 };
const CLIENT = { requestsPerSecond: 40, mostUnderWay: 50 };
const LOAD = { rates: RATES, workers: 4 };
const ROLLOUT_MS = 600_000;

/**
 * Does these steps one after the other under load from outside and between the nodes, and tells what each resolves with. Throws when a call was lost.
 * @param {((cluster: object) => Promise<string>)[]} steps
 */
export async function underLoad(lab, manifests, { replicas = 5, spacingMs, steps }) {
  const cluster = lab.cluster(manifests, { replicas, load: LOAD });
  const client = new Client(() => cluster.endpoint('http'));
  try {
    lab.say(`cold start, ${await coldStart(cluster, { spacingMs })}`);
    await cluster.until('the set is settled', () => cluster.isRolledOut, START_MS);
    await cluster.until('the Service has endpoints', () => cluster.endpoint('http') !== undefined, START_MS);
    client.start(CLIENT);
    for (const step of steps) lab.say(await step(cluster));
    const { numbers, answered } = await lab.verdict(cluster, client);
    lab.say(
      `${answered} calls between nodes and ${client.answered} requests from outside: none lost; ` +
        `${numbers.ledger.callsRefused} refused and tried elsewhere, ${numbers.lives} lives left in order`,
    );
  } finally {
    await client.stop();
    await cluster.close({ atOnce: true });
  }
}

/** `kubectl rollout restart`: throws unless each pod was replaced in turn, the highest first. */
export async function rollOut(cluster) {
  const before = cluster.pods.map(({ name, address }) => ({ name, address }));
  const from = cluster.events.length;
  cluster.rolloutRestart();
  const tookMs = await cluster.until('the rolling update is through', () => cluster.isRolledOut, ROLLOUT_MS);
  await cluster.whole(HEAL_MS);
  expectInTurn(cluster.events.slice(from), before.map(({ name }) => name).reverse());
  for (const { name, address } of before) {
    const now = cluster.pods.find((pod) => pod.name === name);
    if (now.address === address) throw new Error(`${name} was not replaced`);
  }
  return `rolling update of ${before.length} pods in ${seconds(tookMs)}, highest first, each with a new address`;
}

/** Each pod went, and came back ready, before the next one went. */
function expectInTurn(events, names) {
  const seen = events
    .filter(({ what }) => what === 'deleted' || what === 'ready')
    .map(({ what, pod }) => `${pod} ${what}`);
  const expected = names.flatMap((name) => [`${name} deleted`, `${name} ready`]);
  if (seen.join() !== expected.join())
    throw new Error(`expected ${expected.join(', ')}; got ${seen.join(', ')}`);
}

export const scaleTo = (replicas) => async (cluster) => {
  const from = cluster.set.spec.replicas;
  cluster.scale(replicas);
  const tookMs = await cluster.until(`${replicas} pods are ready`, () => cluster.isRolledOut, START_MS);
  await cluster.whole(HEAL_MS);
  return `scaled ${from} → ${replicas} in ${seconds(tookMs)}`;
};

/** Every machine is drained at the same time: throws unless the budget lets the pods go one after the other. */
export async function evictAll(cluster) {
  const left = new Set(cluster.pods.map(({ ordinal }) => ordinal));
  const count = left.size;
  const away = () => cluster.pods.filter(({ isReady, isTerminating }) => !isReady || isTerminating).length;
  let refused = 0;
  let mostAway = 0;
  const tookMs = await cluster.until(
    'every pod was evicted',
    () => {
      for (const ordinal of [...left]) {
        if (cluster.evict(ordinal)) left.delete(ordinal);
        else refused++;
        mostAway = Math.max(mostAway, away());
      }
      return left.size === 0;
    },
    ROLLOUT_MS,
  );
  await cluster.whole(START_MS);
  if (mostAway !== 1) throw new Error(`${mostAway} pods were away at once; the budget allows one`);
  return `${count} machines drained at once: evicted one after the other in ${seconds(tookMs)}, ${refused} evictions refused`;
}

/** One pod goes, and another comes in its place. */
export async function replaceHighest(cluster) {
  const pod = cluster.pods.at(-1);
  void pod.delete();
  await cluster.until(`${pod.name} is gone`, () => pod.isGone, START_MS);
  await cluster.whole(START_MS);
  return `${pod.name} replaced`;
}
