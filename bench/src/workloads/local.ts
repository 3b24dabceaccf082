import { SMALL_BYTES } from '../harness/payload.js';
import { childModule, freshOf, loneOf, type Workload } from '../harness/workload.js';

const plain = childModule('local-plain');
const service = childModule('noex-nest');
const nest = childModule('local-nest');
const GC = { nodeArguments: ['--expose-gc'] };

/** Names that the targets look for. */
export const PLAIN = 'plain form';
export const SERVICE = 'Nest class, through the service';
export const SERVICE_UNFOLLOWED = 'Nest class (followed: false), through the service';
export const SPAWNED_CLASS = 'Nest class with a dependency, through the service';

export const localCall = (): Workload => ({
  name: 'local-call',
  title: 'Local calls',
  about:
    'A call to a process of the same node, which answers with the payload it got. `followed` is what lets a process be known to code after an `await`; on Node 20 it makes every promise dearer.',
  cells: [1, 64].map((inFlight) => ({ inFlight, payloadBytes: SMALL_BYTES })),
  subjects: [
    loneOf(PLAIN, plain, { does: 'call' }),
    loneOf(SERVICE, service, {}),
    loneOf(SERVICE_UNFOLLOWED, service, { echo: 'unfollowed' }),
  ],
});

export const localCast = (): Workload => ({
  name: 'local-cast',
  title: 'Local casts',
  about: 'Casts to a process of the same node, a thousand at a time, counted when they are handled.',
  cells: [{ payloadBytes: SMALL_BYTES }],
  subjects: [
    loneOf(PLAIN, plain, { does: 'cast' }),
    loneOf(SERVICE, service, { does: 'cast' }),
    loneOf(SERVICE_UNFOLLOWED, service, { does: 'cast', echo: 'unfollowed' }),
  ],
});

export const spawnStop = (): Workload => ({
  name: 'spawn-stop',
  title: 'Local spawns',
  about: 'Starting a process of the same node, waiting for its `init`, and stopping it.',
  cells: [1, 64].map((inFlight) => ({ inFlight })),
  subjects: [loneOf(PLAIN, plain, { does: 'spawn' }), loneOf(SPAWNED_CLASS, service, { does: 'spawn' })],
});

export const restart = (): Workload => ({
  name: 'restart',
  title: 'Supervised restarts',
  about: 'Children of one supervisor, each killed as soon as it has started.',
  cells: [1, 16].map((inFlight) => ({ inFlight })),
  subjects: [
    loneOf(PLAIN, plain, { does: 'restart' }),
    loneOf('Nest class with a dependency', nest, { does: 'restart' }),
  ],
});

export const burst = (quick: boolean): Workload => ({
  name: 'burst',
  title: 'A burst of casts to one process',
  about:
    'That many casts to one local process in one go, until the last one is handled. Linear: ten times the casts, ten times the time.',
  counts: 'casts',
  unit: 'ms',
  cells: (quick ? [1e4, 1e5] : [1e4, 1e5, 3e5, 1e6]).map((count) => ({ count, payloadBytes: SMALL_BYTES })),
  subjects: [loneOf(PLAIN, plain, { does: 'burst' })],
});

export const memory = (quick: boolean): Workload => ({
  name: 'memory',
  title: 'Memory',
  about:
    'Heap after garbage collection, before and after so many of them, divided by their number. The behavior’s own state is a number.',
  counts: 'processes or calls',
  unit: 'bytes',
  cells: [{ count: quick ? 1e4 : 1e5 }],
  subjects: [
    freshOf('idle process, plain form', plain, { does: 'process-heap' }, GC),
    freshOf('idle process, Nest class with a dependency', nest, { does: 'process-heap' }, GC),
    freshOf('pending call, plain form', plain, { does: 'call-heap' }, GC),
    freshOf('pending call, through the service', nest, { does: 'call-heap' }, GC),
  ],
  mostRounds: 3,
  noWarmUp: true,
});

export const population = (quick: boolean): Workload => ({
  name: 'processes',
  title: 'Calls against the number of processes',
  about:
    'Local calls, 64 in flight, each to another process of so many. Beyond what the processor’s caches hold, each call waits for memory several times.',
  counts: 'processes',
  cells: (quick ? [10, 1e3] : [10, 1e3, 1e5, 1e6]).map((count) => ({
    count,
    inFlight: 64,
    payloadBytes: SMALL_BYTES,
  })),
  subjects: [loneOf(PLAIN, plain, { does: 'population' }, { nodeArguments: ['--max-old-space-size=4096'] })],
});
