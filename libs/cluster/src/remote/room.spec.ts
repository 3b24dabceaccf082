import {
  NodeUnreachableError,
  OverloadedError,
  ProcessNotFoundError,
  ProcessRef,
  SerializationError,
} from '@noex/contracts';
import { plainDriver, TimerWheel } from '@noex/runtime';
import type { Cluster } from '../cluster.js';
import { failure, ManualClock, memoryCluster, until } from '../cluster.spec-support.js';
import { resolvePeerLimits } from './peer-limits.js';
import { Room } from './room.js';

let seen: unknown[];
beforeEach(() => {
  seen = [];
});

const drivers = () => [
  plainDriver({
    name: 'sink',
    init: () => null,
    mailbox: { limit: 5_000 },
    handleCall: { echo: (x) => [x, null] },
    handleCast: {
      take: ([n]: [unknown, unknown]) => {
        seen.push(n);
        return null;
      },
      who: (_: unknown, __: unknown, ctx) => {
        seen.push(`from ${ctx.from?.id}`);
        return null;
      },
      forward: ([to, cluster]: [ProcessRef, Cluster]) => {
        void cluster.castAsync(to, 'who', Buffer.alloc(1));
        return null;
      },
    },
  }),
];

const { network, start, pair } = memoryCluster(drivers);

const ROOM = 100_000;
const filler = Buffer.alloc(10_000);

async function narrow(options = {}) {
  const own = () => ({
    transport: network().transport({ maxFrameBytes: 20_000, maxQueuedBytes: 20_000 }),
    maxQueuedBytes: ROOM,
    ...options,
  });
  const { a, b } = await pair(own(), own());
  return { a, b, sink: await a.spawn('sink', { on: 'b' }) };
}

/** Casts until one is refused; returns how many were taken. */
async function fill(a: Cluster, sink: ProcessRef): Promise<number> {
  network().pause('b');
  for (let n = 0; n < 100; n++) {
    if (!a.cast(sink, 'take', [n, filler])) return n;
    await new Promise(setImmediate);
  }
  throw new Error('nothing was refused');
}

describe('castAsync to a peer', () => {
  it('that has room is sent at once', async () => {
    const { a, sink } = await narrow();
    await a.castAsync(sink, 'take', ['now']);
    await until('it has arrived', () => seen.length === 1);
  });

  it('that is full waits for room; nothing passes it, and everything arrives in the order it was sent', async () => {
    const { a, sink } = await narrow();
    const taken = await fill(a, sink);
    const waiting = Array.from({ length: 50 }, (_, n) => a.castAsync(sink, 'take', [taken + n, filler]));
    let resolved = 0;
    for (const each of waiting) void each.then(() => resolved++);
    await new Promise(setImmediate);
    expect(resolved).toBe(0);
    expect(a.cast(sink, 'take', [-1])).toBe(false);
    network().resume('b');
    await Promise.all(waiting);
    expect(await a.call(sink, 'echo', 1)).toBe(1);
    expect(seen).toEqual(Array.from({ length: taken + 50 }, (_, n) => n));
  });

  it('a producer that awaits each never makes more wait than fits', async () => {
    const { a, sink } = await narrow();
    const peer = a.members.get('b')! as unknown as { outbox: { size: number } };
    for (let n = 0; n < 500; n++) {
      await a.castAsync(sink, 'take', [n, filler]);
      expect(peer.outbox.size).toBeLessThanOrEqual(ROOM + 2 * filler.length);
    }
    await a.call(sink, 'echo', 1);
    expect(seen).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(a.node.drops.get('overloaded')).toBe(0);
  });

  it('that has no room in time is an OverloadedError: it was not sent, and its place is free', async () => {
    const { a, sink } = await narrow();
    const taken = await fill(a, sink);
    const error = await failure(a.castAsync(sink, 'take', ['late'], { timeoutMs: 20 }));
    expect(error).toBeInstanceOf(OverloadedError);
    expect([error.outcome, error.message]).toEqual(['not-run', expect.stringContaining('within 20 ms')]);
    network().resume('b');
    await a.drained('b');
    expect(a.cast(sink, 'take', [taken])).toBe(true);
    await a.call(sink, 'echo', 1);
    expect(seen).toEqual(Array.from({ length: taken + 1 }, (_, n) => n));
  });

  it('can be given up with a signal', async () => {
    const { a, sink } = await narrow();
    await fill(a, sink);
    const controller = new AbortController();
    const { signal } = controller;
    const given = a.castAsync(sink, 'take', ['given up'], { signal });
    controller.abort('enough');
    await expect(given).rejects.toBe('enough');
    await expect(a.castAsync(sink, 'take', ['never'], { signal })).rejects.toBe('enough');
    network().resume('b');
    await a.drained('b');
    await a.call(sink, 'echo', 1);
    expect(seen).not.toContain('given up');
  });

  it('that is lost rejects, and says that it was not sent', async () => {
    const { a, sink } = await narrow();
    await fill(a, sink);
    const waiting = [1, 2].map((n) => failure(a.castAsync(sink, 'take', [n])));
    network().kill('b');
    for (const error of await Promise.all(waiting)) {
      expect(error).toBeInstanceOf(NodeUnreachableError);
      expect(error.outcome).toBe('not-run');
    }
    await until('b is down', () => a.members.size === 0);
    expect(await failure(a.castAsync(sink, 'take', [3]))).toBeInstanceOf(NodeUnreachableError);
  });

  it('does not wait beyond the limit on how many may', async () => {
    const { a, sink } = await narrow({ maxPendingCalls: 3 });
    await fill(a, sink);
    const waiting = [1, 2, 3].map((n) => a.castAsync(sink, 'take', [n]));
    expect(await failure(a.castAsync(sink, 'take', [4]))).toBeInstanceOf(OverloadedError);
    network().resume('b');
    await Promise.all(waiting);
  });

  it('rejects what cannot be sent, also when its turn comes later, and goes on with the next', async () => {
    const { a, sink } = await narrow();
    const unsendable = { f: () => {} };
    expect(await failure(a.castAsync(sink, 'take', unsendable))).toBeInstanceOf(SerializationError);
    await fill(a, sink);
    const bad = failure(a.castAsync(sink, 'take', unsendable));
    const good = a.castAsync(sink, 'take', ['good']);
    network().resume('b');
    expect(await bad).toBeInstanceOf(SerializationError);
    await good;
    await until('it has arrived', () => seen.includes('good'));
  });

  it('carries the process that sent it, however late it leaves', async () => {
    const { a, sink } = await narrow();
    await fill(a, sink);
    const sender = await a.spawn('sink', { on: 'local' });
    a.cast(sender, 'forward', [sink, a]);
    await new Promise(setImmediate);
    seen = [];
    network().resume('b');
    await until('it has arrived', () => seen.includes(`from ${sender.id}`));
  });
});

describe('castAsync to a process of this node', () => {
  it('is in its mailbox, or rejects with the reason why it is not', async () => {
    const a = await start('a');
    const own = await a.spawn('sink', { on: 'local' });
    await a.castAsync(own, 'take', ['here']);
    await until('it has arrived', () => seen.length === 1);
    for (let n = 0; n < 5_000; n++) a.cast(own, 'take', [n]);
    expect(await failure(a.castAsync(own, 'take', ['full']))).toBeInstanceOf(OverloadedError);
    const gone = new ProcessRef('a', a.self.incarnation, 999_999);
    expect(await failure(a.castAsync(gone, 'take', []))).toBeInstanceOf(ProcessNotFoundError);
  });
});

describe('drained', () => {
  it('resolves when all that waited has been handed over, whatever is sent afterwards', async () => {
    const { a, sink } = await narrow();
    await a.drained();
    await a.drained('a');
    const taken = await fill(a, sink);
    let drained = 0;
    const waiting = [a.drained('b'), a.drained()].map((each) => each.then(() => drained++));
    await new Promise(setImmediate);
    expect(drained).toBe(0);
    network().resume('b');
    for (let n = 0; drained < 2; n++) {
      a.cast(sink, 'take', [-1, filler]);
      await new Promise(setImmediate);
      expect(n).toBeLessThan(1_000);
    }
    await Promise.all(waiting);
    await until('they have arrived', () => seen.filter((n) => n !== -1).length === taken);
  });

  it('rejects for a node that is lost or not there; for all of them those do not count', async () => {
    const { a, sink } = await narrow();
    expect(await failure(a.drained('nobody'))).toBeInstanceOf(NodeUnreachableError);
    await fill(a, sink);
    const [one, all] = [failure(a.drained('b')), a.drained()];
    network().kill('b');
    expect(await one).toBeInstanceOf(NodeUnreachableError);
    await all;
  });

  it('is what a leaving node waits for: what it has sent before arrives', async () => {
    const { a, sink } = await narrow();
    const taken = await fill(a, sink);
    network().resume('b');
    await a.stop(4_000);
    await until('they have arrived', () => seen.length === taken);
  });
});

describe('room', () => {
  /** A queue whose filling the test says, with a limit of 100 bytes. */
  function room() {
    const outbox = { backlog: 0, size: 0, passed: 0 };
    const clock = new ManualClock();
    const owner = {
      connection: { peer: { id: 'b' }, queuedBytes: 0 },
      calls: { size: 0 },
      spawns: { size: 0 },
    };
    const limits = resolvePeerLimits({ maxQueuedBytes: 100 }, 2 ** 20);
    const it = new Room(owner as never, outbox as never, limits, new TimerWheel(clock));
    const used: number[] = [];
    /** Takes 40 bytes each. */
    const wait = (n: number, timeoutMs = Infinity) =>
      it.wait(
        () => {
          used.push(n);
          outbox.backlog += 40;
        },
        { timeoutMs },
      );
    return { it, outbox, clock, used, wait };
  }

  it('is given when half of the limit is free, in turn, until the limit is passed', async () => {
    const { it, outbox, used, wait } = room();
    outbox.backlog = 101;
    const waiting = [1, 2, 3, 4].map((n) => wait(n));
    outbox.backlog = 51;
    it.update();
    expect(used).toEqual([]);
    outbox.backlog = 50;
    it.update();
    expect(used).toEqual([1, 2]);
    outbox.backlog = 0;
    it.update();
    expect(used).toEqual([1, 2, 3, 4]);
    await Promise.all(waiting);
  });

  it("is nobody else's while somebody waits for it", async () => {
    const { it, outbox, wait } = room();
    outbox.backlog = 101;
    const waiting = wait(1);
    outbox.backlog = 80;
    expect(() => it.require()).toThrow(OverloadedError);
    outbox.backlog = 0;
    it.update();
    await waiting;
    it.require();
  });

  it('not given in time is an OverloadedError, and the place is given up', async () => {
    const { it, outbox, clock, used, wait } = room();
    outbox.backlog = 101;
    const late = failure(wait(1, 50));
    const waiting = wait(2);
    clock.advance(61);
    expect(await late).toBeInstanceOf(OverloadedError);
    outbox.backlog = 0;
    it.update();
    await waiting;
    expect(used).toEqual([2]);
  });

  it('for replies reaches twice as far, and far beyond that nobody hopes for the peer', () => {
    const { it, outbox } = room();
    outbox.backlog = 200;
    it.requireForReply();
    outbox.backlog = 201;
    expect(() => it.requireForReply()).toThrow(OverloadedError);
    expect(it.isBeyondHope).toBe(false);
    outbox.backlog = 400 + 2 ** 24 + 1;
    expect(it.isBeyondHope).toBe(true);
  });
});
