// START HERE. docker-compose.yml on a real Docker Engine: what it refuses, what it renders, and three nodes that do the sample app's job.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../tools/ensure/root.mjs';
import { buildImage, cleanContext, keepImage, keptImage } from '../image/built-image.mjs';
import { attempt, isOnPath, run as runCommand } from '../image/exec.mjs';
import { whyWithout } from '../image/machine.mjs';
import { Store } from '../image/store.mjs';
import { prometheusFolder } from '../support/tools.mjs';
import { Engine, unpackEngine } from './engine.mjs';
import { ComposeProject, NODES } from './nodes.mjs';
import { problemsOfCompose } from './rules.mjs';

export const name = 'compose';
export const fast = false;

const COMMANDS = ['buildah', 'podman', 'mmdebstrap', 'runc', 'iptables', 'ip', 'nsenter', 'tini-static'];
const SECRET = { CLUSTER_SECRET: 'a-secret-of-enough-bytes' };
const SERVICES = Object.keys(NODES);
const GRACE_MS = 30_000;
/** Enough for several chunks, so that it takes several nodes. */
const LINES = 200_000;
const TEXT = 'the quick brown fox jumps over the lazy dog\n'.repeat(LINES);

export async function run({ say, skip, cleanup }) {
  await pleasesTheDoctor(say);
  const why = await whyWithout(COMMANDS);
  if (why) skip(why);
  if (!isOnPath('dpkg')) skip('the engine is unpacked from packages of Debian, and there is no dpkg');
  const unpacked = await unpackEngine().catch((error) =>
    skip(`no Docker Engine can be had: ${error.message}`),
  );
  const archive = (await keptImage()) ?? (await builtImage(say, cleanup));

  const engine = new Engine(unpacked);
  cleanup(() => engine.dispose());
  await engine.start();
  say(
    `Docker Engine ${await engine.docker(['version', '--format', '{{.Server.Version}}'])}, ${await engine.docker(['compose', 'version'])}`,
  );
  await engine.docker(['load', '--quiet', '--input', archive], { timeoutMs: 180_000 });

  await refusesToStartWithoutSecret(engine, say);
  const project = new ComposeProject(engine, SECRET);
  cleanup(() => project.attempt(['down', '--volumes', '--timeout', '1']));
  await rendersWhatWeAskFor(project, say);
  await checksTheScrape(say);
  await formsACluster(project, say);
  await noticesWhoLeaves(project, say);
  await goesDown(project, engine, say);
}

async function pleasesTheDoctor(say) {
  const args = [
    join(ROOT, 'libs/cli/bin/noex.js'),
    'doctor',
    'Dockerfile',
    'docker-compose.yml',
    'deploy',
    '--json',
  ];
  const { findings } = JSON.parse((await attempt(process.execPath, args, { cwd: ROOT })).stdout);
  assert.deepEqual(findings, [], 'noex doctor finds nothing');
  say('noex doctor finds nothing in Dockerfile and docker-compose.yml');
}

/** Not built yet by the stage before this one. */
async function builtImage(say, cleanup) {
  say('builds the image first: the stage image has not left one of these sources');
  const store = new Store();
  cleanup(() => store.dispose());
  await buildImage(store, await cleanContext(join(store.folder, 'context')), say);
  return keepImage(store);
}

async function refusesToStartWithoutSecret(engine, say) {
  for (const variables of [{}, { CLUSTER_SECRET: '' }]) {
    const { code, stderr } = await new ComposeProject(engine, variables).attempt([
      'up',
      '--no-build',
      '--detach',
    ]);
    assert.notEqual(code, 0, 'Compose does not start without a secret');
    assert.match(stderr, /CLUSTER_SECRET/, 'and says what is missing');
  }
  assert.equal(await engine.docker(['ps', '--all', '--quiet']), '', 'nothing has been started');
  say('Compose itself refuses a secret that is missing or empty');
}

async function rendersWhatWeAskFor(project, say) {
  for (const profile of ['', 'nats', 'monitoring', '*']) {
    await project.compose(['--profile', profile, 'config', '--quiet'].slice(profile ? 0 : 2));
  }
  const config = JSON.parse(await project.compose(['--profile', '*', 'config', '--format', 'json']));
  assert.deepEqual(problemsOfCompose(config, existsSync), [], 'the rendered services are as they should be');
  const names = Object.keys(config.services).sort();
  assert.deepEqual(names, [...SERVICES, 'grafana', 'nats', 'prometheus'].sort());
  say(`every profile renders: ${names.join(', ')}, each hardened, limited and on loopback only`);
  say('the images of the profiles nats and monitoring are not run: they come from a registry');
}

async function checksTheScrape(say) {
  const folder = await prometheusFolder();
  if (typeof folder !== 'string') return say(`prometheus.yml is not checked: ${folder.missing}`);
  const promtool = folder === '' ? 'promtool' : join(folder, 'promtool');
  await runCommand(promtool, ['check', 'config', 'deploy/compose/prometheus.yml'], { cwd: ROOT });
  say('promtool takes prometheus.yml');
}

async function formsACluster(project, say) {
  const began = performance.now();
  await project.compose(['up', '--detach', '--wait', '--wait-timeout', '120', '--no-build']);
  await project.sees(SERVICES, 10_000);
  say(`three nodes see each other ${seconds(began)} s after up`);
  await doesTheJob(project, SERVICES.length, say);
}

async function doesTheJob(project, most, say) {
  const { lines, words, bytes, nodes } = await project.analyze('seed', TEXT, 60_000);
  assert.deepEqual({ lines, words, bytes }, { lines: LINES, words: LINES * 9, bytes: TEXT.length });
  assert.ok(nodes.length > 1 && nodes.length <= most, `${nodes.length} of ${most} nodes work`);
  say(`they count ${bytes} bytes right; it was ${nodes.map(({ node }) => node).join(', ')}`);
}

async function noticesWhoLeaves(project, say) {
  const left = 'worker-2';
  const others = SERVICES.filter((service) => service !== left);
  await project.compose(['stop', left]);
  assert.equal(await project.exitCode(left), 0, `${left} drains and ends with 0`);
  const [ledger] = await project.events(left, 'node_left');
  assert.equal(ledger?.callsLost, 0, 'and loses no call');
  await project.sees(others, 5_000);
  for (const service of others) {
    const [down] = await project.events(service, 'node_down');
    assert.deepEqual([down?.peer, down?.reason], [left, 'graceful_shutdown'], `what ${service} says`);
  }
  await doesTheJob(project, others.length, say);
  await project.compose(['up', '--detach', '--wait', '--no-build', left]);
  await project.sees(SERVICES, 30_000);
  say(`${left} stops with exit code 0, the others notice and go on, and it comes back`);
}

/** The engine's network has no name server: a node that looks one of its peers up that has gone waits, and must not outlast its grace. */
async function goesDown(project, engine, say) {
  await project.compose(['stop', 'worker-1']);
  const began = performance.now();
  await project.compose(['stop']);
  assert.ok(performance.now() - began < GRACE_MS, 'nobody has to be killed');
  for (const service of SERVICES) assert.equal(await project.exitCode(service), 0, `${service} ends with 0`);
  say(`all stop in ${seconds(began)} s with exit code 0, without a name server`);
  const { code, stderr } = await project.attempt(['down', '--volumes']);
  assert.equal(code, 0, stderr);
  assert.equal(await engine.docker(['ps', '--all', '--quiet']), '', 'no container stays');
  const networks = (await engine.docker(['network', 'ls', '--format', '{{.Driver}}'])).split('\n');
  assert.ok(!networks.includes('bridge'), 'no network stays');
  say('down exits with 0 and leaves nothing');
}

const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);
