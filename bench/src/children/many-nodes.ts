// Many nodes of one cluster in one OS process.
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '@noex/cluster';
import type { Transport } from '@noex/contracts';
import { MemoryNetwork } from '@noex/transport-memory';
import { tcp } from '@noex/transport-tcp';
import { freePort } from '../harness/free-port.js';
import { SECRET } from '../harness/links.js';
import type { Cell, Sample } from '../harness/result.js';
import { untilUp } from '../harness/until-up.js';

export interface ManyNodesOptions {
  readonly over: 'tcp' | 'tls' | 'memory';
  readonly does: 'mesh' | 'mesh-memory' | 'idle-cpu' | 'idle-bytes';
}

let options: ManyNodesOptions;

export function open(wanted: ManyNodesOptions): void {
  options = wanted;
}

export async function measure({ count = 1 }: Cell): Promise<Sample> {
  const before = process.memoryUsage().rss;
  const { nodes, meshMs } = await startMesh(count);
  try {
    switch (options.does) {
      case 'mesh':
        return { value: meshMs };
      case 'mesh-memory':
        return { value: (process.memoryUsage().rss - before) / count };
      default:
        return await watchIdle(nodes);
    }
  } finally {
    await Promise.all(nodes.map((node) => node.stop(0)));
  }
}

/** All start at once, and know one of them as their seed. */
async function startMesh(count: number): Promise<{ nodes: Cluster[]; meshMs: number }> {
  const network = new MemoryNetwork();
  const seedPort = await freePort();
  const transport = (place: number): Transport => {
    if (options.over === 'memory') return network.transport();
    return tcp({
      host: '127.0.0.1',
      port: place === 0 ? seedPort : 0,
      seeds: [`127.0.0.1:${seedPort}`],
      secrets: options.over === 'tls' ? [SECRET] : [],
      // All dial from one address, which no cluster of machines does.
      maxPendingPerAddress: 128,
    });
  };
  const nodes = Array.from({ length: count }, (_, place) => {
    return new Cluster({ nodeName: `node-${place}`, transport: transport(place) });
  });
  const begun = performance.now();
  await Promise.all(nodes.map((node) => node.start()));
  await untilUp(() => nodes.every((node) => node.members.size === count - 1), 5, 120_000);
  return { nodes, meshMs: performance.now() - begun };
}

/** Longer than the heartbeats need to fall into step. */
const WATCHED_MS = 5_000;

/** What a node costs while nothing is asked of it: share of a core in percent, or bytes sent a second. */
async function watchIdle(nodes: Cluster[]): Promise<Sample> {
  await delay(2_000);
  const bytes = () => {
    let sent = 0;
    for (const node of nodes) for (const peer of node.peerStats()) sent += peer.bytesSent;
    return sent;
  };
  const cpu = process.cpuUsage();
  const sent = bytes();
  const begun = performance.now();
  await delay(WATCHED_MS);
  const passedMs = performance.now() - begun;
  if (options.does === 'idle-bytes') return { value: (bytes() - sent) / nodes.length / (passedMs / 1e3) };
  const { user, system } = process.cpuUsage(cpu);
  return { value: ((user + system) / 1e3 / passedMs / nodes.length) * 100 };
}
