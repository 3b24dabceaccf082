import { PAYLOAD_SIZES, SMALL_BYTES } from '../harness/payload.js';
import { childModule, pairOf, type Subject, type Workload } from '../harness/workload.js';
import { SPAWNED_CLASS } from './local.js';
import { NEST_TCP, NOEX, NOEX_PLAIN, remoteSubjects } from './remote-subjects.js';

const IN_FLIGHT = [1, 16, 64, 256, 1024];
const QUICK_IN_FLIGHT = [1, 64];

export const remoteCall = (quick: boolean): Workload => ({
  name: 'remote-call',
  title: 'Remote calls',
  about:
    'A request to another OS process, which answers with the payload it got. The small object (32 bytes) has three fields. The limit is a bare `node:net` loop that moves as many bytes with one write per tick; with a promise per message it is what any API of promises can reach.',
  cells: (quick ? [SMALL_BYTES] : PAYLOAD_SIZES).flatMap((payloadBytes) =>
    (quick ? QUICK_IN_FLIGHT : IN_FLIGHT).map((inFlight) => ({ payloadBytes, inFlight })),
  ),
  subjects: remoteSubjects,
});

const noex = childModule('noex-nest');

export const cast = (): Workload => ({
  name: 'cast',
  title: 'Casts',
  about:
    'Casts to a process of another OS process as fast as the way there takes them, counted where they are handled; beside them the calls of the same services, 256 in flight. Peers: events of @nestjs/microservices.',
  cells: [{ payloadBytes: SMALL_BYTES }],
  subjects: [
    ...[true, false].flatMap((secret) => [
      pairOf(secret ? NOEX : NOEX_PLAIN, noex, { secret, does: 'cast' }),
      callsAsBaseline(secret ? `${NOEX}, calls` : `${NOEX_PLAIN}, calls`, secret),
    ]),
    pairOf('noex, no Nest, secret', childModule('noex-cluster'), { secret: true, does: 'cast' }),
    pairOf(NEST_TCP, childModule('nest-tcp'), { does: 'cast' }),
  ],
});

function callsAsBaseline(name: string, secret: boolean): Subject {
  const pair = pairOf(name, noex, { secret });
  return {
    name,
    async open(children) {
      const { measure, close } = await pair.open(children);
      return { measure: (cell, ms) => measure({ ...cell, inFlight: 256 }, ms), ...(close ? { close } : {}) };
    },
  };
}

export const remoteSpawn = (): Workload => ({
  name: 'remote-spawn',
  title: 'Remote spawns',
  about:
    'Starting a process on another node, answered when its `init` has run, and stopping it again without waiting.',
  cells: [1, 64].map((inFlight) => ({ inFlight })),
  subjects: [
    pairOf(SPAWNED_CLASS, noex, { does: 'spawn' }),
    pairOf('plain form, no Nest', childModule('noex-cluster'), { secret: true, does: 'spawn' }),
  ],
});

/** Servers in processes of their own, and a client that reaches all of them. */
function oneToMany(name: string, module: URL, servers: (count: number) => number, options: object): Subject {
  return {
    name,
    async open(children) {
      // One set per number of servers, made when it is first asked for.
      const sets = new Map<number, Promise<Awaited<ReturnType<typeof start>>>>();
      const start = async (count: number) => {
        const addresses: (string | number)[] = [];
        for (let i = 0; i < count; i++) {
          const server = await children.start(module);
          addresses.push(await server.ask('listen', options, `server-${i}`, addresses.slice(0, 1)));
        }
        const client = await children.start(module);
        await client.ask('connect', addresses, options);
        return client;
      };
      return {
        async measure(cell, ms) {
          const count = servers(cell.count ?? 0);
          const set = sets.get(count) ?? start(count);
          sets.set(count, set);
          return (await set).ask('measure', cell, ms);
        },
      };
    },
  };
}

export const fanOut = (): Workload => ({
  name: 'fan-out',
  title: 'Fan-out',
  about:
    'One operation calls 10 processes on 3 nodes, each an OS process of its own, and waits for all answers.',
  cells: [1, 16].map((inFlight) => ({ inFlight, payloadBytes: SMALL_BYTES })),
  subjects: [
    oneToMany(NOEX, noex, () => 3, { does: 'fan-out' }),
    oneToMany(NEST_TCP, childModule('nest-tcp'), () => 3, { does: 'fan-out' }),
  ],
});

export const nodesGrowth = (quick: boolean): Workload => ({
  name: 'nodes',
  title: 'Calls against the number of nodes',
  about:
    'One client, 64 calls in flight, to processes on more and more nodes in turn, each an OS process of its own. With more OS processes than cores a batch reaches fewer calls per node and write, and the machine switches between them.',
  counts: 'nodes called',
  cells: (quick ? [1, 2] : [1, 2, 4, 8, 16]).map((count) => ({
    count,
    inFlight: 64,
    payloadBytes: SMALL_BYTES,
  })),
  subjects: [oneToMany(NOEX, noex, (count) => count, { does: 'spread' })],
  slow: true,
});
