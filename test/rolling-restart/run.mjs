// START HERE. `npm run test:rolling-restart`: five real nodes under steady load from outside and between each other, each restarted in
// turn, three rounds with SIGTERM and one with SIGKILL; then what the nodes wrote down is held against what their callers saw.
// `--quick`: one round, and SIGKILL for two nodes. ROLLING_RATE: calls a second to aim at (2500); ROLLING_KEEP=1 keeps the histories.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from '../../tools/ensure.mjs';
import { Balancer } from './support/balancer.mjs';
import { readHistories } from './support/histories.mjs';
import { RollingNode } from './support/node.mjs';
import { judge } from './support/verdict.mjs';

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5'];
/** Share of the calls that comes in over HTTP, each request one call. */
const OUTSIDE_SHARE = 0.15;
const WANTED_PER_SECOND = 2_000;
const say = (text) => process.stdout.write(`${text}\n`);
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function cluster(directory, rate) {
  const ports = await freePorts(2 * NAMES.length);
  const seeds = NAMES.map((name, i) => `${name}@127.0.0.1:${ports[i]}`);
  const nodes = NAMES.map(
    (name, i) =>
      new RollingNode({
        name,
        directory,
        port: ports[i],
        httpPort: ports[NAMES.length + i],
        seeds,
        secret: 'a-secret-of-enough-bytes',
        workers: 4,
        drainMs: 20_000,
        // Many times what probes take, so that a balancer on a starved machine notices too.
        noticeMs: 2_000,
        load: {
          callsPerSecond: (rate * (1 - OUTSIDE_SHARE)) / NAMES.length,
          spawnsPerSecond: 10,
          // What a busy machine cannot keep up with is left out, and shows in the rate.
          mostUnderWay: 100,
        },
      }),
  );
  return { nodes, httpPorts: ports.slice(NAMES.length) };
}

/** Restarts nodes in turn and gives back what came of it. */
async function scenario(signal, rounds, names, rate) {
  const directory = mkdtempSync(join(tmpdir(), 'noex-rolling-'));
  const { nodes, httpPorts } = await cluster(directory, rate);
  const balancer = new Balancer(httpPorts);
  try {
    await Promise.all(nodes.map((node) => node.start()));
    balancer.start({ requestsPerSecond: rate * OUTSIDE_SHARE, mostUnderWay: 100 });
    const begun = performance.now();
    await delay(1_000);
    const times = [];
    for (let round = 0; round < rounds; round++) {
      for (const node of nodes.filter(({ name }) => names.includes(name))) {
        const { code, signal: by, tookMs, trouble } = await node.end(signal);
        const asExpected = signal === 'SIGKILL' ? by === 'SIGKILL' : code === 0;
        if (!asExpected) throw new Error(`${node.name} ended with ${code ?? by}: ${trouble}${node.log()}`);
        times.push(tookMs);
        await node.start();
        await delay(500);
      }
    }
    const loadMs = performance.now() - begun;
    await balancer.stop();
    // All leave at once: the last calls end, and every life that was not killed has its ledger.
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    const options = { killed: signal === 'SIGKILL', nodes: NAMES };
    const { problems, numbers, answered } = judge(readHistories(directory), balancer, options);
    return {
      problems,
      numbers,
      perSecond: (answered * 1000) / loadMs,
      slowestMs: Math.max(...times),
      directory,
    };
  } finally {
    await Promise.all(nodes.map((node) => node.destroy()));
  }
}

async function main(args) {
  const quick = args.includes('--quick');
  const rate = Number(process.env.ROLLING_RATE ?? 2_500);
  await ensureInstalled();
  await ensureBuilt();
  const scenarios = [
    ['SIGTERM', quick ? 1 : 3, NAMES],
    ['SIGKILL', 1, quick ? NAMES.slice(0, 2) : NAMES],
  ];
  let failed = false;
  for (const [signal, rounds, names] of scenarios) {
    const begun = performance.now();
    const { problems, numbers, perSecond, slowestMs, directory } = await scenario(
      signal,
      rounds,
      names,
      rate,
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const title = `${signal} to ${names.length} nodes in turn, ${rounds} round(s)`;
    say(`${problems.length === 0 ? 'PASSED' : 'FAILED'}: ${title}, ${seconds} s`);
    say(
      `  ${Math.round(perSecond)} calls a second answered; a node was gone after ${Math.round(slowestMs)} ms at most`,
    );
    if (perSecond < WANTED_PER_SECOND)
      say(`  less than ${WANTED_PER_SECOND} a second: this machine is busy or small`);
    for (const [key, value] of Object.entries(numbers)) say(`  ${key}: ${JSON.stringify(value)}`);
    for (const problem of problems.slice(0, 20)) say(`  PROBLEM: ${problem}`);
    failed ||= problems.length > 0;
    if (problems.length > 0 || process.env.ROLLING_KEEP === '1') say(`  histories and logs: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
  return failed ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
  },
);
