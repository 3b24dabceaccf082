// START HERE. `npm run test:nats`: what takes too long for `npm test`. Real nats-servers and what happens to them (*.nats-spec.ts); and the
// tests of the cluster, of the worker and of rolling restarts, which know of NATS only by CLUSTER_TRANSPORT and NATS_URL.
// `-- --quick` leaves out the rolling restart and 200 nodes; any other argument is a part of this to run: cluster, faults, arbiter, worker, rolling.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from '../../tools/ensure.mjs';
import { ensureNatsServer } from '../../tools/ensure/nats-server.mjs';

const ROOT = join(import.meta.dirname, '..', '..');
const JEST = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
const SIGNALLED = 128 + 15;

/** Tests of the cluster that need no fault of the network in memory, which is what these words in a title stand for. */
const CLUSTER_SPECS =
  'libs/cluster/src/(remote/(calls|spawns|monitors|room|peer|large-messages|remote-router)|cluster|cluster-view|departure|spawner)\\.spec';
const NOT_WITHOUT_FAULTS =
  /^(?!.*(node is lost|gives one DOWN when|whatever races|caller is gone|lost node|^members|told of|one of many|monitors processes|demonitor|come back))/;

const FAULTS = [JEST, '--config', join(import.meta.dirname, 'jest.config.cjs'), '--runInBand'];

const PARTS = {
  cluster: () => ({
    args: [JEST, '--runInBand', CLUSTER_SPECS, '--testNamePattern', NOT_WITHOUT_FAULTS.source],
    server: true,
  }),
  faults: (quick) => ({
    args: [...FAULTS, 'test/nats/(?!arbiter)'],
    env: { NATS_QUICK: quick ? '1' : '' },
  }),
  arbiter: () => ({ args: [...FAULTS, 'test/nats/arbiter'] }),
  worker: () => ({ args: [JEST, '--runInBand', 'test/cluster-faults'], server: true }),
  rolling: () => ({ args: [join(ROOT, 'test/rolling-restart/run.mjs'), '--quick'], server: true }),
};

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server of its own for nodes in other processes. */
async function startServer() {
  const folder = mkdtempSync(join(tmpdir(), 'noex-nats-'));
  const port = await freePort();
  const child = spawn('nats-server', ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}`)));
    child.stderr.on('data', (text) => String(text).includes('Server is ready') && resolve());
  });
  const stop = async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `nats://127.0.0.1:${port}`, stop };
}

async function run({ args, env = {}, server: needsServer = false }) {
  const server = needsServer ? await startServer() : undefined;
  const nats = server ? { CLUSTER_TRANSPORT: 'nats', NATS_URL: server.url } : {};
  try {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...nats, ...env },
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child.kill(signal));
    const [code] = await once(child, 'exit');
    return code ?? SIGNALLED;
  } finally {
    await server?.stop();
  }
}

async function main(args) {
  const quick = args.includes('--quick');
  const named = args.filter((arg) => arg !== '--quick');
  const unknown = named.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new Error(`no part "${unknown}": say ${Object.keys(PARTS).join(', ')}, or nothing`);
  await ensureInstalled();
  await ensureBuilt();
  if (!(await ensureNatsServer())) return process.env.NATS_REQUIRED === '1' ? 1 : 0;
  const wanted = named.length > 0 ? named : Object.keys(PARTS).filter((name) => !quick || name !== 'rolling');
  let failed = 0;
  for (const name of wanted) {
    const code = await run(PARTS[name](quick));
    if (code !== 0) failed = code;
    process.stdout.write(`${name} over NATS: ${code === 0 ? 'PASSED' : `FAILED (${code})`}\n`);
  }
  return failed;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
