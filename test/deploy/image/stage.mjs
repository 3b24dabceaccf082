// START HERE. The image: really built from a clean copy of the sources, looked into, and run with as few rights as a platform can give it.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, buildImage, cleanContext, IMAGE, keepImage } from './built-image.mjs';
import { problemsOfFiles, problemsOfImage } from './contents.mjs';
import { run as runCommand } from './exec.mjs';
import { eventsOf, HardenedContainer, LIMITS, MANAGEMENT_PORT } from './hardened.mjs';
import { whyWithout } from './machine.mjs';
import { Store } from './store.mjs';

export const name = 'image';
export const fast = false;

const COMMANDS = ['buildah', 'podman', 'runc', 'mmdebstrap', 'iptables', 'nsenter'];
const GRACE_SECONDS = 25;
const TEXT = 'the quick brown fox jumps over the lazy dog\n'.repeat(50_000);
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

export async function run({ say, skip, cleanup }) {
  const why = await whyWithout(COMMANDS);
  if (why) skip(why);
  const store = new Store();
  cleanup(() => store.dispose());
  const context = await cleanContext(join(store.folder, 'context'));

  const began = performance.now();
  const { base } = await buildImage(store, context, say);
  say(`built on ${base} of its base in ${seconds(began)} s`);
  await looksInto(store, context, say);
  await keepImage(store);
  await runsHardened(store, say);
  await keepsItsHeapBelowTheLimit(store, say);
  await endsAtOnceWithoutHandlers(store, say);
  await buildsAgainFromItsLayers(store, context, say);
}

async function looksInto(store, context, say) {
  const { config, bytes, files } = await imageOf(store);
  const lock = JSON.parse(readFileSync(join(context, 'package-lock.json'), 'utf8'));
  const problems = [...problemsOfImage({ config, bytes }), ...problemsOfFiles(files, lock)];
  assert.deepEqual(problems, [], 'the image is as it should be');
  const packages = files.filter((file) =>
    /^\/app\/node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(file),
  ).length;
  say(
    `${Math.round(bytes / 1e6)} MB, ${packages} packages, no dev dependency, no source, no package manager`,
  );
}

async function imageOf(store) {
  const [{ Size: bytes }] = JSON.parse(await store.podman(['image', 'inspect', IMAGE]));
  const { OCIv1 } = JSON.parse(await store.buildah(['inspect', '--type', 'image', IMAGE]));
  const root = await store.podman(['image', 'mount', IMAGE]);
  try {
    const found = await runCommand('find', [
      root,
      '(',
      '-type',
      'f',
      '-o',
      '-type',
      'l',
      ')',
      '-printf',
      '/%P\\n',
    ]);
    return { config: OCIv1.config, bytes, files: found.split('\n') };
  } finally {
    await store.podman(['image', 'unmount', IMAGE]);
  }
}

async function runsHardened(store, say) {
  const began = performance.now();
  const container = await HardenedContainer.start(store, IMAGE, {
    name: 'hardened',
    memory: '256m',
    variables: { NODE_NAME: 'hardened', CLUSTER_SECRET: 'a-secret-of-enough-bytes', MANAGEMENT_PORT },
  });
  await container.healthy(60_000);
  say(
    `healthy ${seconds(began)} s after its start, as user 1000 with 256 MiB, a read-only root and no capabilities`,
  );

  const { Uid, CapEff, CapBnd, NoNewPrivs } = container.status();
  assert.match(Uid, /^1000\b/, 'it runs as user 1000');
  assert.match(CapEff + CapBnd, /^0+$/, 'it has no capability');
  assert.equal(NoNewPrivs, '1', 'it cannot get new ones');
  assert.equal(container.commandLine()[0], 'node', 'process 1 is node');
  assert.notEqual((await container.exec('touch', '/app/file')).code, 0, 'its root cannot be written');

  await doesTheJob(container);
  const { status } = await container.request('/readyz', { port: MANAGEMENT_PORT });
  assert.equal(status, 200, '/readyz of the management port');

  const end = await container.stop(GRACE_SECONDS);
  assert.equal(end.code, 0, `stop ends it with ${end.code}: 137 is a kill\n${await container.logs()}`);
  const [ledger, ...others] = eventsOf(await container.logs(), 'node_left');
  assert.ok(ledger && others.length === 0, 'it prints its ledger, once');
  assert.deepEqual([ledger.callsLost, ledger.processesKilled], [0, 0], 'it loses nothing');
  const { callsLost, processesStopped } = ledger;
  say(
    `stop drains it in ${end.seconds.toFixed(1)} s: exit code 0, ${JSON.stringify({ callsLost, processesStopped })}`,
  );
}

async function doesTheJob(container) {
  const { status, text } = await container.request('/jobs', { body: TEXT.slice(0, 20_000) });
  assert.equal(status, 202, `POST /jobs answers ${status}: ${text}`);
  const { id, bytes } = JSON.parse(text);
  assert.equal(bytes, 20_000, 'it takes all of the text');
  const { status: found } = await container.request(`/jobs/${id}`);
  assert.equal(found, 200, 'it knows the job');
}

async function keepsItsHeapBelowTheLimit(store, say) {
  const heaps = [];
  for (const mebibytes of [256, 512]) {
    const args = [
      'run',
      '--rm',
      '--network',
      'none',
      ...LIMITS,
      '--memory',
      `${mebibytes}m`,
      IMAGE,
      'node',
      '--print',
      HEAP,
    ];
    const heap = Number(await store.podman(args));
    assert.ok(
      heap > 0.5 * mebibytes && heap < 0.7 * mebibytes,
      `the heap of ${mebibytes} MiB is ${heap} MiB`,
    );
    heaps.push(`${Math.round(heap)} of ${mebibytes} MiB`);
  }
  say(`the heap may grow to ${heaps.join(', ')}`);
}

const HEAP = `v8.getHeapStatistics().heap_size_limit / 1024 / 1024`;

/** What the stop above shows is the app's doing: a node without its handlers is killed. */
async function endsAtOnceWithoutHandlers(store, say) {
  const args = [
    'run',
    '--detach',
    '--name',
    'deaf',
    '--network',
    'none',
    ...LIMITS,
    IMAGE,
    'node',
    '--eval',
    'setInterval(() => 0, 1e3)',
  ];
  await store.podman(args);
  await store.podman(['stop', '--time', '2', 'deaf']);
  const code = await store.podman(['inspect', '--format', '{{.State.ExitCode}}', 'deaf']);
  assert.equal(code, '137', 'a process 1 without handlers takes the kill');
  say('a process without handlers takes the kill, so the exit code tells them apart');
}

async function buildsAgainFromItsLayers(store, context, say) {
  appendFileSync(join(context, 'apps/worker/src/main.ts'), '\n// changed\n');
  const began = performance.now();
  const log = await build(store, context, []);
  const steps = log.split(/^(?=\[\d+\/\d+\] STEP )/m);
  const install = steps.find((step) => /RUN npm ci/.test(step));
  assert.match(install ?? log, /Using cache/, 'npm ci is not run again when a source changes');
  const compile = steps.find((step) => /RUN npx tsc/.test(step));
  assert.doesNotMatch(compile ?? 'Using cache', /Using cache/, 'a changed source is compiled again');
  say(`a changed source is built again in ${seconds(began)} s, without npm ci`);
}
