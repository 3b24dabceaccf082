import {
  CallTimeoutError,
  InvalidMessageError,
  MessageTooLargeError,
  NodeDownError,
  NodeUnreachableError,
  OverloadedError,
  ProcessExitedError,
  ProcessNotFoundError,
  ProcessRef,
  RemoteError,
  SerializationError,
} from '@noex/contracts';
import { plainDriver } from '@noex/runtime';
import type { Cluster } from '../cluster.js';
import { failure, ManualClock, memoryCluster, until } from '../cluster.spec-support.js';

/** What the handlers saw, in order. */
let seen: unknown[];
/** Ends the `hold` calls under way. */
let release: (() => void)[];

const note = (payload: unknown) => {
  seen.push(payload);
  return null;
};

const drivers = () => [
  plainDriver({
    name: 'echo',
    init: () => null,
    handleCall: {
      echo: (payload) => [payload, null],
      note: (payload) => [seen.push(payload), null],
      asked: (_payload, _state, context) => [[context.from, context.headers], null],
      hold: (payload) =>
        new Promise((resolve) => {
          seen.push(payload);
          release.push(() => resolve([payload, null]));
        }),
      fail: (payload: object) => {
        throw Object.assign(new RangeError('out of range'), payload);
      },
      unsendable: () => {
        throw Object.assign(new Error('odd'), { code: 'E_ODD', data: { f: () => {} } });
      },
      say: (length: number) => {
        throw new Error('x'.repeat(length));
      },
      odd: () => [() => {}, null],
      large: (bytes: number) => [Buffer.alloc(bytes), null],
      relay: async ({ to, payload }: { to: ProcessRef; payload: unknown }, _state, context) => {
        context.cast(to, 'note', payload);
        return [await context.call(to, 'asked', undefined, { headers: { trace: '1' } }), null];
      },
    },
    handleCast: { note },
    handleInfo: { note },
  }),
];

beforeEach(() => {
  seen = [];
  release = [];
});

const { network, start, pair } = memoryCluster(drivers, () => {
  for (const end of release) end();
});

const echoOn = (from: Cluster, nodeId: string) => from.spawn('echo', { on: nodeId });

describe('a call', () => {
  it('brings the reply back', async () => {
    const { a } = await pair();
    const echo = await echoOn(a, 'b');
    const payload = { list: [1n, new Map([['x', new Date(5)]])], echo };
    expect(await a.call(echo, 'echo', payload)).toEqual(payload);
    expect(await a.call(echo, 'echo')).toBeUndefined();
    expect(a.stats()).toMatchObject({ callsSent: 2, callsPending: 0, spawns: 1 });
  });

  it('tells who asks and with which headers, and a ref inside a message leads back', async () => {
    const { a, b } = await pair();
    const echo = await echoOn(a, 'b');
    const relay = await a.spawn('echo', { on: 'local' });
    const [from, headers] = (await a.call(relay, 'relay', { to: echo, payload: relay })) as [
      ProcessRef,
      object,
    ];
    expect(from.equals(relay)).toBe(true);
    expect(headers).toEqual({ trace: '1' });
    expect(await b.call(seen[0] as ProcessRef, 'echo', 'back')).toBe('back');
    expect(await a.call(echo, 'asked')).toEqual([undefined, {}]);
  });

  it('to a process of this node takes no network', async () => {
    const a = await start('a');
    const echo = await echoOn(a, 'a');
    const payload = { f: () => {} };
    expect(await a.call(echo, 'echo', payload)).toBe(payload);
    expect(a.stats().callsSent).toBe(0);
  });
});

it('what one sender sends arrives in order, whatever its kind and size', async () => {
  const { a } = await pair();
  const echo = await echoOn(a, 'b');
  const filler = 'x'.repeat(7_000);
  const replies: Promise<unknown>[] = [];
  for (let i = 0; i < 300; i++) {
    if (i % 3 === 0) expect(a.cast(echo, 'note', [i, i % 2 ? filler : ''])).toBe(true);
    else if (i % 3 === 1) expect(a.send(echo, 'note', [i])).toBe(true);
    else replies.push(a.call(echo, 'note', [i]));
    if (i % 50 === 49) await new Promise(setImmediate);
  }
  await Promise.all(replies);
  expect(seen.map((item) => (item as [number])[0])).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

describe('a call that fails says whether it ran', () => {
  it('the handler threw', async () => {
    const { a } = await pair();
    const echo = await echoOn(a, 'b');
    const error = await failure(a.call(echo, 'fail', { code: 'E_RANGE', data: { max: 3 } }));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      name: 'RangeError',
      message: 'out of range',
      remoteCode: 'E_RANGE',
      remoteData: { max: 3 },
      outcome: 'ran',
    });
    expect(await a.call(echo, 'echo', 1)).toBe(1);
  });

  it('there is no such handler, no such process', async () => {
    const { a, b } = await pair();
    const echo = await echoOn(a, 'b');
    const method = await failure(a.call(echo, 'nothing'));
    expect(method).toBeInstanceOf(InvalidMessageError);
    const noproc = await failure(a.call(new ProcessRef('b', b.self.incarnation, 999), 'echo'));
    expect(noproc).toBeInstanceOf(ProcessNotFoundError);
    expect([method.outcome, noproc.outcome]).toEqual(['not-run', 'not-run']);
  });

  it('the process ended while it worked on it, or before it took it', async () => {
    const { a, b } = await pair();
    const echo = await echoOn(a, 'b');
    const working = failure(a.call(echo, 'hold', 'working'));
    const waiting = failure(a.call(echo, 'note', 'waiting'));
    await until('the first is being worked on', () => seen.length === 1 && b.node.queuedMessages === 1);
    a.exit(echo, 'kill');
    expect(await working).toBeInstanceOf(ProcessExitedError);
    expect((await working).outcome).toBe('unknown');
    expect(await waiting).toBeInstanceOf(ProcessNotFoundError);
    expect(seen).toEqual(['working']);
  });

  it('the mailbox is full', async () => {
    const { a, b } = await pair({}, { mailboxLimit: 1 });
    const echo = await echoOn(a, 'b');
    const first = a.call(echo, 'hold', 1);
    await until('the first is being worked on', () => seen.length === 1);
    const second = a.call(echo, 'note', 2);
    const third = await failure(a.call(echo, 'note', 3));
    expect(third).toBeInstanceOf(OverloadedError);
    expect(third.outcome).toBe('not-run');
    release[0]!();
    await Promise.all([first, second]);
    expect(seen).toEqual([1, 2]);
    expect(b.node.drops.get('mailbox_full')).toBe(1);
  });

  it('nobody is connected under that name', async () => {
    const { a } = await pair();
    const nowhere = new ProcessRef('c', 1, 1);
    const error = await failure(a.call(nowhere, 'echo'));
    expect(error).toBeInstanceOf(NodeUnreachableError);
    expect(error.outcome).toBe('not-run');
    expect(a.cast(nowhere, 'note')).toBe(false);
    expect(a.send(nowhere, 'note')).toBe(false);
    expect(a.node.drops.get('node_unreachable')).toBe(2);
  });

  it('the ref is of an earlier life: it never reaches the present one', async () => {
    const { a, b } = await pair({}, { incarnation: 10 });
    const former = await echoOn(a, 'b');
    await b.stop(100);
    await until('b is gone', () => a.members.size === 0);
    await start('b', { incarnation: 11 });
    await until('b is back', () => a.members.size === 1);
    const present = await echoOn(a, 'b');
    expect(present.id).toBe(former.id);
    const error = await failure(a.call(former, 'note', 'call'));
    expect(error).toBeInstanceOf(ProcessNotFoundError);
    expect(error.outcome).toBe('not-run');
    expect(a.cast(former, 'note', 'cast')).toBe(false);
    expect(a.send(former, 'note', 'info')).toBe(false);
    a.exit(former, 'kill');
    expect(await a.call(present, 'echo', 'alive')).toBe('alive');
    expect(seen).toEqual([]);
    expect(a.node.drops.get('noproc')).toBe(2);
  });

  it("the ref is of an earlier life of the caller's own node", async () => {
    const a = await start('a', { incarnation: 7 });
    const echo = await echoOn(a, 'a');
    const former = new ProcessRef('a', 6, echo.id);
    expect(await failure(a.call(former, 'note'))).toBeInstanceOf(ProcessNotFoundError);
    expect(seen).toEqual([]);
  });
});

describe('what cannot be sent', () => {
  it('is an error of the caller; what follows is not affected', async () => {
    const { a } = await pair({ maxMessageBytes: 10_000 });
    const echo = await echoOn(a, 'b');
    const before = a.call(echo, 'echo', 'before');
    const odd = await failure(a.call(echo, 'echo', { f: () => {} }));
    const large = await failure(a.call(echo, 'echo', Buffer.alloc(10_001)));
    const headers = await failure(a.call(echo, 'echo', 1, { headers: { h: 'x'.repeat(10_001) } }));
    const name = await failure(a.call(echo, 'n'.repeat(100_000)));
    expect(odd).toBeInstanceOf(SerializationError);
    for (const error of [large, headers, name]) expect(error).toBeInstanceOf(MessageTooLargeError);
    expect([odd.outcome, large.outcome]).toEqual(['not-run', 'not-run']);
    expect(() => a.cast(echo, 'note', { f: () => {} })).toThrow(SerializationError);
    expect(() => a.send(echo, 'note', Buffer.alloc(10_001))).toThrow(MessageTooLargeError);
    expect(await Promise.all([before, a.call(echo, 'echo', 'after')])).toEqual(['before', 'after']);
    expect(a.stats().callsPending).toBe(0);
    expect(seen).toEqual([]);
  });

  it('as a reply says that the handler ran', async () => {
    const { a, b } = await pair({}, { maxMessageBytes: 10_000 });
    const echo = await echoOn(a, 'b');
    const odd = await failure(a.call(echo, 'odd'));
    expect(odd).toBeInstanceOf(RemoteError);
    expect(odd).toMatchObject({ outcome: 'ran', remoteCode: 'serialization' });
    const large = await failure(a.call(echo, 'large', 20_000));
    expect(large).toMatchObject({ outcome: 'ran', remoteCode: 'message_too_large' });
    expect(await a.call(echo, 'echo', 1)).toBe(1);
    expect(b.stats().callsServing).toBe(0);
  });

  it('of an error stays behind, the rest of it arrives', async () => {
    const { a } = await pair({}, { maxMessageBytes: 3_000 });
    const echo = await echoOn(a, 'b');
    const odd = await failure(a.call(echo, 'unsendable'));
    expect(odd).toMatchObject({ message: 'odd', remoteCode: 'E_ODD', remoteData: undefined, outcome: 'ran' });
    const error = await failure(a.call(echo, 'say', 100_000));
    expect(error).toBeInstanceOf(RemoteError);
    expect(error.outcome).toBe('ran');
    expect(error.message).toMatch(/^x+/);
    expect(await a.call(echo, 'echo', 1)).toBe(1);
  });

  it.each([1, 10])(
    'however small the limit of %i bytes is, the nodes stay connected',
    async (maxMessageBytes) => {
      const { a, b } = await pair({ maxMessageBytes }, { maxMessageBytes });
      const echo = await b.spawn('echo', { on: 'local' });
      expect(await failure(a.call(echo, 'echo', 'a longer text'))).toBeInstanceOf(MessageTooLargeError);
      expect(await failure(a.call(echo, 'large'))).toMatchObject({ outcome: 'ran' });
      expect(await failure(a.call(echo, 'say'))).toBeInstanceOf(RemoteError);
      expect([a.members.size, b.members.size]).toEqual([1, 1]);
    },
  );
});

describe('a caller that waits no longer', () => {
  it('has its timeout; a late reply is counted and thrown away', async () => {
    const clock = new ManualClock();
    const { a } = await pair({ clock });
    const echo = await echoOn(a, 'b');
    const call = failure(a.call(echo, 'hold', 1, { timeoutMs: 100 }));
    await until('it is being worked on', () => seen.length === 1);
    clock.advance(99);
    expect(a.stats().callsPending).toBe(1);
    clock.advance(11);
    const error = await call;
    expect(error).toBeInstanceOf(CallTimeoutError);
    expect(error.outcome).toBe('unknown');
    expect(a.stats().callsPending).toBe(0);
    release[0]!();
    await until('the late reply is counted', () => a.node.drops.get('late_reply') === 1);
    expect(await a.call(echo, 'echo', 2)).toBe(2);
  });

  it("uses the node's own timeout when it does not say", async () => {
    const clock = new ManualClock();
    const { a } = await pair({ clock, callTimeoutMs: 50 });
    const echo = await echoOn(a, 'b');
    const call = failure(a.call(echo, 'hold'));
    await until('it is being worked on', () => seen.length === 1);
    clock.advance(60);
    expect(await call).toBeInstanceOf(CallTimeoutError);
  });

  it('may wait without a limit', async () => {
    const clock = new ManualClock();
    const { a } = await pair({ clock, heartbeat: { timeoutMs: 1e12 } });
    const echo = await echoOn(a, 'b');
    const call = a.call(echo, 'hold', 'long', { timeoutMs: Infinity });
    await until('it is being worked on', () => seen.length === 1);
    clock.advance(1e9);
    release[0]!();
    expect(await call).toBe('long');
  });

  it.each([[0], [-1], [NaN]])('cannot wait %p ms', async (timeoutMs) => {
    const { a } = await pair();
    const echo = await echoOn(a, 'b');
    expect(await failure(a.call(echo, 'note', 1, { timeoutMs }))).toBeInstanceOf(InvalidMessageError);
    await a.call(echo, 'echo');
    expect([seen, a.stats().callsPending]).toEqual([[], 0]);
  });

  it('gives up by its signal', async () => {
    const { a } = await pair();
    const echo = await echoOn(a, 'b');
    const abort = new AbortController();
    const call = failure(a.call(echo, 'hold', 1, { signal: abort.signal }));
    await until('it is being worked on', () => seen.length === 1);
    const reason = new Error('changed my mind');
    abort.abort(reason);
    expect(await call).toBe(reason);
    expect(await failure(a.call(echo, 'note', 2, { signal: abort.signal }))).toBe(reason);
    release[0]!();
    await until('the late reply is counted', () => a.node.drops.get('late_reply') === 1);
    expect([seen, a.stats().callsPending]).toEqual([[1], 0]);
  });

  it('is not worked for: the deadline travels with the request', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({ clock }, { clock });
    const echo = await echoOn(a, 'b');
    const first = a.call(echo, 'hold', 'first', { timeoutMs: 1_000 });
    const gaveUp = failure(a.call(echo, 'note', 'gave up', { timeoutMs: 100 }));
    const patient = a.call(echo, 'note', 'patient', { timeoutMs: 1_000 });
    await until('two wait', () => b.node.queuedMessages === 2);
    clock.advance(150);
    expect(await gaveUp).toBeInstanceOf(CallTimeoutError);
    release[0]!();
    await Promise.all([first, patient]);
    expect(seen).toEqual(['first', 'patient']);
    expect(b.node.drops.get('caller_gave_up')).toBe(1);
    expect(b.stats().callsServing).toBe(0);
  });

  it('has a timeout also where the other side saw it first', async () => {
    const clock = new ManualClock();
    const { a, b } = await pair({}, { clock });
    const echo = await echoOn(a, 'b');
    const first = a.call(echo, 'hold', 'first');
    const call = failure(a.call(echo, 'note', 'second', { timeoutMs: 3_000 }));
    await until('one waits', () => b.node.queuedMessages === 1);
    clock.advance(3_001);
    release[0]!();
    await first;
    expect(await call).toBeInstanceOf(CallTimeoutError);
    expect((await call).outcome).toBe('unknown');
  });
});

describe('when a node is lost', () => {
  const ways: [string, () => void][] = [
    ['killed', () => network().kill('b')],
    ['cut off', () => network().partition(['a'], ['b'])],
  ];

  it.each(ways)('every call under way to it fails once: %s', async (_, lose) => {
    const { a } = await pair();
    const echo = await echoOn(a, 'b');
    const settled: unknown[] = [];
    const calls = Array.from({ length: 50 }, (_, i) =>
      a.call(echo, 'hold', i).then(
        () => settled.push('reply'),
        (error: unknown) => settled.push(error),
      ),
    );
    await until('the first is being worked on', () => seen.length === 1);
    lose();
    await Promise.all(calls);
    expect(settled).toHaveLength(50);
    for (const error of settled) {
      expect(error).toBeInstanceOf(NodeDownError);
      expect(error).toMatchObject({ outcome: 'unknown', data: { node: 'b' } });
    }
    expect(a.stats().callsPending).toBe(0);
    expect(await failure(a.call(echo, 'echo'))).toBeInstanceOf(NodeUnreachableError);
  });

  it('calls to others go on', async () => {
    const { a } = await pair();
    await start('c');
    await until('c is up', () => a.members.size === 2);
    const [onB, onC] = [await echoOn(a, 'b'), await echoOn(a, 'c')];
    const lost = failure(a.call(onB, 'hold', 'b'));
    const kept = a.call(onC, 'hold', 'c');
    await until('both are being worked on', () => seen.length === 2);
    network().kill('b');
    expect(await lost).toBeInstanceOf(NodeDownError);
    for (const end of release) end();
    expect(await kept).toBe('c');
  });

  it('an answer for a lost caller is counted', async () => {
    const { a, b } = await pair();
    const echo = await echoOn(a, 'b');
    const call = failure(a.call(echo, 'hold'));
    await until('it is being worked on', () => seen.length === 1);
    network().partition(['a'], ['b']);
    await call;
    await until('b has lost a', () => b.members.size === 0);
    release[0]!();
    await until('the answer is counted', () => b.node.drops.get('reply_to_lost_node') === 1);
    expect(b.stats().callsServing).toBe(0);
  });
});

it('only so many calls wait for one peer', async () => {
  const { a } = await pair({ maxPendingCalls: 2 });
  const echo = await echoOn(a, 'b');
  const calls = [a.call(echo, 'hold', 1), a.call(echo, 'note', 2)];
  const refused = await failure(a.call(echo, 'note', 3));
  expect(refused).toBeInstanceOf(OverloadedError);
  expect(refused.outcome).toBe('not-run');
  expect(await failure(a.spawn('echo', { on: 'b' }))).toBeInstanceOf(OverloadedError);
  expect(a.cast(echo, 'note', 4)).toBe(false);
  await until('the first is being worked on', () => seen.length === 1);
  release[0]!();
  await Promise.all(calls);
  expect(await a.call(echo, 'echo', 5)).toBe(5);
  expect(seen).toEqual([1, 2]);
});

it('spawns that wait count among them', async () => {
  const { a } = await pair({ maxPendingCalls: 2 });
  const spawns = [echoOn(a, 'b'), echoOn(a, 'b')];
  expect(await failure(echoOn(a, 'b'))).toBeInstanceOf(OverloadedError);
  await Promise.all(spawns);
  await echoOn(a, 'b');
});
