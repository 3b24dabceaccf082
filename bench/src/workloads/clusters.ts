import { childModule, freshOf, type OpenSubject, type Subject, type Workload } from '../harness/workload.js';
import type { Children } from '../harness/child.js';

const manyNodes = childModule('many-nodes');
const life = childModule('life');

/** Names that the targets look for. */
export const MESH_TLS = 'TCP and TLS';
export const MESH_MEMORY = 'memory transport';
export const IDLE_CPU = 'CPU of a node, TCP and TLS';
export const KILLED = 'killed';
export const HUNG = 'hung (stopped)';

export const mesh = (quick: boolean): Workload => ({
  name: 'mesh',
  title: 'Many nodes starting together',
  about:
    'Nodes of one cluster in one OS process, started together with one of them as seed, until each sees all others; and the memory this takes a node. A whole mesh has a connection for each pair: time and memory grow with the square of the nodes.',
  counts: 'nodes',
  unit: 'ms',
  cells: (quick ? [5] : [10, 25, 50]).map((count) => ({ count })),
  subjects: [
    freshOf(MESH_TLS, manyNodes, { over: 'tls', does: 'mesh' }),
    freshOf('plain TCP', manyNodes, { over: 'tcp', does: 'mesh' }),
    freshOf(MESH_MEMORY, manyNodes, { over: 'memory', does: 'mesh' }),
    freshOf(
      'resident memory per node, TCP and TLS',
      manyNodes,
      { over: 'tls', does: 'mesh-memory' },
      { unit: 'bytes' },
    ),
  ],
  mostRounds: 3,
  noWarmUp: true,
});

export const idle = (): Workload => ({
  name: 'idle',
  title: 'An idle cluster',
  about:
    'What a node costs while nothing is asked of it: heartbeats to all others. All nodes are in one OS process; CPU is in percent of a core.',
  counts: 'nodes',
  cells: [10, 50, 100].map((count) => ({ count })),
  subjects: [
    freshOf(IDLE_CPU, manyNodes, { over: 'tls', does: 'idle-cpu' }, { unit: '%' }),
    freshOf(
      'bytes that a node sends, before TLS',
      manyNodes,
      { over: 'tls', does: 'idle-bytes' },
      { unit: 'bytes/s' },
    ),
  ],
  mostRounds: 1,
  noWarmUp: true,
  slow: true,
});

/** One measurement with processes of its own. */
function scene(name: string, play: (children: Children) => Promise<number>): Subject {
  return {
    name,
    open: async (children): Promise<OpenSubject> => ({
      measure: async () => ({ value: await play(children) }),
    }),
  };
}

export const join = (): Workload => ({
  name: 'join',
  title: 'Joining',
  about: 'From when a second node listens, with default options, until it sees the first one as up.',
  unit: 'ms',
  cells: [{}],
  subjects: [
    scene('noex, Nest, secret', async (children) => {
      const [seed, joiner] = [await children.start(life), await children.start(life)];
      const took = await joiner.ask<number>('join', await seed.ask('listen', 'seed'));
      await Promise.all([seed.end(), joiner.end()]);
      return took;
    }),
  ],
  noWarmUp: true,
});

const lossBy = (name: string, signal: NodeJS.Signals): Subject =>
  scene(name, async (children) => {
    const [watcher, victim] = [await children.start(life), await children.start(life)];
    await victim.ask('join', await watcher.ask('listen', 'watcher'));
    // So that both have heartbeats to judge by.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const seen = watcher.ask<number>('sawDown');
    const lostAt = Number(process.hrtime.bigint()) / 1e6;
    victim.signal(signal);
    const took = (await seen) - lostAt;
    victim.signal('SIGKILL');
    await watcher.end();
    return took;
  });

export const loss = (): Workload => ({
  name: 'loss',
  title: 'Seeing a node lost',
  about: 'From the signal to the OS process of a node until another one sees it down, with default options.',
  unit: 'ms',
  cells: [{}],
  subjects: [lossBy(KILLED, 'SIGKILL'), lossBy(HUNG, 'SIGSTOP')],
  mostRounds: 3,
  noWarmUp: true,
  slow: true,
});
