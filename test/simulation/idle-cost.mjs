// `node test/simulation/idle-cost.mjs [--nodes 10,50,100] [--seconds 10]`: what a cluster that has nothing to do costs. All nodes
// share this OS process, a network in memory and the machine's clock. Prints a table; fails where a node went down meanwhile.
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../../tools/ensure.mjs';

/** Most time a mesh may take to become whole, in milliseconds. */
const PATIENCE_MS = 120_000;

function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      nodes: { type: 'string', default: '10,50,100' },
      seconds: { type: 'string', default: '10' },
    },
  });
  const numbers = [...values.nodes.split(','), values.seconds].map(Number);
  if (!numbers.every((number) => number > 0))
    throw new Error('--nodes takes numbers with commas between them, --seconds a number');
  return { sizes: numbers.slice(0, -1), seconds: numbers.at(-1) };
}

/** The transport, with what it sends counted. */
function counting(transport, counts) {
  const count = (connection) => {
    const send = connection.send.bind(connection);
    connection.send = (frame) => {
      const taken = send(frame);
      if (taken) {
        counts.frames++;
        counts.bytes += frame.length;
      }
      return taken;
    };
    return connection;
  };
  return {
    maxFrameBytes: transport.maxFrameBytes,
    start: (host) =>
      transport.start({
        self: host.self,
        peerUp: (connection) => host.peerUp(count(connection)),
        peerDown: (connection, reason) => host.peerDown(connection, reason),
        frame: (connection, frame) => host.frame(connection, frame),
        writable: (connection) => host.writable(connection),
        refused: (refusal) => host.refused?.(refusal),
      }),
    learn: (peers) => transport.learn(peers),
    close: () => transport.close(),
  };
}

async function measure({ Cluster, MemoryNetwork }, size, seconds) {
  const network = new MemoryNetwork();
  const counts = { frames: 0, bytes: 0 };
  let downs = 0;
  const clusters = Array.from({ length: size }, (_, index) => {
    const transport = counting(network.transport(), counts);
    return new Cluster({ nodeName: `n${index + 1}`, transport });
  });
  // Node.js would end while nothing but timers that keep nothing alive is left.
  const alive = setInterval(() => {}, 1_000);
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  const whole = whenWhole(clusters);
  await Promise.all(clusters.map((cluster) => cluster.start()));
  await whole;
  const wholeMs = performance.now() - begun;
  const cpuWhole = process.cpuUsage(cpuBefore);
  const joining = { ...counts };
  for (const { members } of clusters) members.nodeDown.add(() => void downs++);
  const cpuIdle = process.cpuUsage();
  const idleFrom = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const nodeSeconds = (size * (performance.now() - idleFrom)) / 1_000;
  const { user, system } = process.cpuUsage(cpuIdle);
  const idle = { frames: counts.frames - joining.frames, bytes: counts.bytes - joining.bytes };
  const lost = downs;
  await Promise.all(clusters.map((cluster) => cluster.stop(0)));
  clearInterval(alive);
  return {
    nodes: size,
    'whole after (ms)': Math.round(wholeMs),
    'CPU until whole (ms per node)': round((cpuWhole.user + cpuWhole.system) / 1_000 / size),
    'frames until whole (per node)': round(joining.frames / size),
    'idle frames (per node and s)': round(idle.frames / nodeSeconds),
    'idle bytes (per node and s)': round(idle.bytes / nodeSeconds),
    'idle CPU (ms per node and s)': round((user + system) / 1_000 / nodeSeconds),
    node_down: lost,
  };
}

/** Resolves when every node sees every other. */
function whenWhole(clusters) {
  let missing = clusters.length * (clusters.length - 1);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${missing} of the connections are missing after ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
    const changed = (by) => {
      missing += by;
      if (missing > 0) return;
      clearTimeout(timer);
      resolve();
    };
    for (const { members } of clusters) {
      members.nodeUp.add(() => changed(-1));
      members.nodeDown.add(() => changed(1));
    }
  });
}

function table(rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const titles = Object.keys(rows[0]);
  return [titles, titles.map(() => '---:'), ...rows.map((row) => Object.values(row))].map(line).join('');
}

const round = (value) => Math.round(value * 100) / 100;

async function main(args) {
  const { sizes, seconds } = parseOptions(args);
  await ensureBuilt();
  const { Cluster } = await import('@noex/cluster');
  const { MemoryNetwork } = await import('@noex/transport-memory');
  const rows = [];
  for (const size of sizes) rows.push(await measure({ Cluster, MemoryNetwork }, size, seconds));
  process.stdout.write(table(rows));
  process.exitCode = rows.every((row) => row.node_down === 0) ? 0 : 1;
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
