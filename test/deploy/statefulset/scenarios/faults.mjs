import { setTimeout as delay } from 'node:timers/promises';
import { coldStart } from './cold-start.mjs';
import { HEAL_MS, seconds, START_MS } from './lab.mjs';

/** A silent peer is found within five seconds; more for a busy machine. */
const FOUND_MS = 15_000;

/** Without load: a partition 2|3, a killed container and a lost machine. Throws when a node does not do as docs/operations/probes.md says. */
export async function faults(lab, manifests, { spacingMs }) {
  const cluster = lab.cluster(manifests);
  try {
    lab.say(`cold start, ${await coldStart(cluster, { spacingMs })}`);
    lab.say(await partition(lab, cluster, 2));
    lab.say(await killContainer(cluster, 2));
    lab.say(await loseMachine(cluster, 3));
  } finally {
    await cluster.close({ atOnce: true });
  }
}

/** Cuts the first so many pods off from the others, and heals it. */
export async function partition(lab, cluster, size) {
  const [few, many] = [cluster.pods.slice(0, size), cluster.pods.slice(size)];
  const addresses = (pods) => pods.map(({ address }) => address);
  const from = cluster.events.length;
  await lab.network.partition(addresses(few), addresses(many));
  const expected = [few, many].flatMap((side) => side.map(() => side.length - 1)).join();
  const found = await cluster.until(
    'each side sees only itself',
    async () => (await cluster.peerCounts()).join() === expected,
    FOUND_MS,
  );
  // Long enough for liveness and readiness to strike, were they to.
  const lastsMs = 1000 * Math.max(...['liveness', 'readiness'].map((kind) => patience(cluster.set, kind)));
  await delay(lastsMs);
  const events = cluster.events.slice(from).map(({ what, pod }) => `${pod} ${what}`);
  if (events.length > 0)
    throw new Error(`a partition is no reason to be restarted or not ready: ${events.join(', ')}`);
  expectNoRestarts(cluster, []);
  await lab.network.heal();
  const whole = await cluster.whole(HEAL_MS);
  return (
    `partition ${few.length}|${many.length} found in ${seconds(found)}; for ${seconds(lastsMs)} more all stayed ready and none was restarted; ` +
    `whole ${seconds(whole)} after it healed`
  );
}

function patience({ spec }, kind) {
  const {
    periodSeconds = 10,
    failureThreshold = 3,
    timeoutSeconds = 1,
  } = spec.template.spec.containers[0][`${kind}Probe`];
  return periodSeconds * (failureThreshold + 1) + timeoutSeconds;
}

/** It is started again where it was, with its address. */
async function killContainer(cluster, ordinal) {
  const pod = cluster.pod(ordinal);
  pod.kill();
  await cluster.until(`${pod.name} has ended`, () => pod.exits.length === 1, START_MS);
  const tookMs = await cluster.whole(START_MS);
  if (cluster.pod(ordinal) !== pod)
    throw new Error(`${pod.name} was replaced: its container was to be started again`);
  expectNoRestarts(cluster, [pod.name]);
  return `${pod.name} killed (SIGKILL): its container is back, and the mesh whole, after ${seconds(tookMs)}`;
}

/** The pod is made again, with another address. */
async function loseMachine(cluster, ordinal) {
  const { name, address } = cluster.pod(ordinal);
  await cluster.lose(ordinal);
  const tookMs = await cluster.whole(START_MS);
  const now = cluster.pod(ordinal).address;
  if (now === address) throw new Error(`${name} has the address of before`);
  return `machine of ${name} lost: back with another address (${address} → ${now}), and the mesh whole, after ${seconds(tookMs)}`;
}

function expectNoRestarts(cluster, except) {
  const restarted = cluster.pods.filter(({ name, restarts }) => restarts > 0 && !except.includes(name));
  if (restarted.length > 0)
    throw new Error(`restarted: ${restarted.map((pod) => pod.describe()).join('\n')}`);
}
