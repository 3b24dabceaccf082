import { PROTOCOL_VERSION, silentLogger, systemClock, type PeerIdentity } from '@noex/contracts';
import { Dialer, type DialOutcome } from './dialer.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const b: PeerIdentity = { id: 'b', incarnation: 1, address: 'b:1' };
const nobody: DialOutcome = { kind: 'failed', error: new Error('ECONNREFUSED') };

/** A dialer whose network is a table: who answers at which address. */
function setup() {
  const up = new Map<string, number>();
  const newest = new Map<string, number>();
  const answers = new Map<string, DialOutcome | Promise<DialOutcome>>();
  const dials: { address: string; at: number }[] = [];
  const unreachable: string[] = [];
  const start = systemClock.now();
  const dialer: Dialer = new Dialer({
    self: { id: 'a', incarnation: 1, clusterName: 'shop', protocol: PROTOCOL_VERSION },
    selfAddress: 'a:1',
    reconnectMinMs: 100,
    reconnectMaxMs: 5_000,
    clock: systemClock,
    logger: silentLogger,
    random: () => 0,
    isUp: ({ id, incarnation }) => up.get(id) === incarnation,
    isOver: ({ id, incarnation }) => incarnation < (newest.get(id) ?? 0),
    unreachable: (address) => unreachable.push(address),
    dial: async (address) => {
      dials.push({ address, at: Math.round(systemClock.now() - start) });
      const outcome = await (answers.get(address) ?? nobody);
      if (outcome.kind === 'up') rise(outcome.peer);
      return outcome;
    },
  });
  function rise(peer: PeerIdentity) {
    up.set(peer.id, peer.incarnation);
    newest.set(peer.id, peer.incarnation);
    dialer.peerUp(peer);
  }
  const fall = (
    peer: PeerIdentity,
    reason: 'connection_closed' | 'graceful_shutdown' = 'connection_closed',
  ) => {
    up.delete(peer.id);
    dialer.peerDown(peer, reason);
  };
  const times = (address: string) => dials.filter((dial) => dial.address === address).map(({ at }) => at);
  return { dialer, up, answers, dials, times, unreachable, rise, fall };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

it('dials a seed at once and never waits a second', async () => {
  const { dialer, times } = setup();
  dialer.setSeed(0, ['b:1']);
  await pass(4_000);
  expect(times('b:1')).toEqual([0, 100, 300, 700, 1_500, 2_300, 3_100, 3_900]);
  dialer.stop();
  expect(jest.getTimerCount()).toBe(0);
});

it('does not dial itself, by its address or once it has met itself', async () => {
  const { dialer, answers, dials } = setup();
  answers.set('alias:1', { kind: 'refused', refusal: { code: 'self', message: '' } });
  dialer.setSeed(0, ['a:1', 'alias:1']);
  await pass(0);
  dialer.setSeed(0, ['a:1', 'alias:1']);
  await pass(60_000);
  expect(dials).toEqual([{ address: 'alias:1', at: 0 }]);
});

it('leaves every address of a connected peer alone, and dials it again when it is lost', async () => {
  const { dialer, answers, dials, times, fall } = setup();
  answers.set('seed:1', { kind: 'up', peer: b });
  dialer.setSeed(0, ['seed:1']);
  await pass(10_000);
  expect(dials).toHaveLength(1);
  fall(b);
  answers.set('seed:1', nobody);
  await pass(100);
  expect([times('seed:1'), times('b:1')]).toEqual([[0, 10_100], [10_100]]);
});

it('waits for a connected peer that calls the dial superfluous, and goes on when it is not connected', async () => {
  const { dialer, answers, times, rise } = setup();
  const duplicate: DialOutcome = { kind: 'refused', refusal: { code: 'duplicate', message: '' }, peer: b };
  answers.set('seed:1', duplicate);
  dialer.setSeed(0, ['seed:1']);
  await pass(150);
  expect(times('seed:1')).toEqual([0, 100]);
  rise(b);
  await pass(30_000);
  expect(times('seed:1')).toHaveLength(2);
});

it('asks a peer that refused for a reason less and less, down to twice a minute', async () => {
  const { dialer, answers, times } = setup();
  answers.set('b:1', { kind: 'refused', refusal: { code: 'cluster_name', message: '' } });
  dialer.setSeed(0, ['b:1']);
  await pass(200_000);
  const at = times('b:1');
  expect(at.slice(0, 5)).toEqual([0, 100, 300, 700, 1_500]);
  expect(at.at(-1)! - at.at(-2)!).toBe(30_000);
});

it('forgets a learned peer that does not answer for a minute, and learns it again', async () => {
  const { dialer, dials, unreachable } = setup();
  dialer.learn([b]);
  await pass(90_000);
  const count = dials.length;
  expect(unreachable.length).toBeGreaterThan(0);
  await pass(90_000);
  expect(dials).toHaveLength(count);
  dialer.learn([b]);
  await pass(0);
  expect(dials).toHaveLength(count + 1);
});

it('does not hurry because gossip repeats itself', async () => {
  const { dialer, dials } = setup();
  for (let n = 0; n < 100; n++) {
    dialer.learn([b, { id: 'a', incarnation: 1, address: 'elsewhere:1' }, { ...b, address: 'garbage' }]);
    await pass(10);
  }
  expect(dials.map(({ address, at }) => `${address} ${at}`)).toEqual([
    'b:1 0',
    'b:1 100',
    'b:1 300',
    'b:1 700',
  ]);
});

it('lets a peer go that said goodbye, until it is back with a newer life', async () => {
  const { dialer, dials, rise, fall } = setup();
  rise(b);
  fall(b, 'graceful_shutdown');
  dialer.learn([b]);
  await pass(60_000);
  expect(dials).toEqual([]);
  dialer.learn([{ ...b, incarnation: 2 }]);
  await pass(0);
  expect(dials).toHaveLength(1);
});

it('keeps dialing a seed that said goodbye, after a moment to leave', async () => {
  const { dialer, answers, times, fall } = setup();
  answers.set('b:1', { kind: 'up', peer: b });
  dialer.setSeed(0, ['b:1']);
  await pass(1_000);
  fall(b, 'graceful_shutdown');
  await pass(800);
  expect(times('b:1')).toEqual([0, 1_800]);
});

it('slows down when connections break as soon as they are up', async () => {
  const { dialer, answers, times, fall } = setup();
  answers.set('b:1', { kind: 'up', peer: b });
  dialer.learn([b]);
  for (let n = 0; n < 4; n++) {
    await pass(0);
    fall(b);
    await pass(100 * 2 ** n);
  }
  expect(times('b:1')).toEqual([0, 100, 300, 700, 1_500]);
});

it('treats addresses a seed no longer stands for like learned ones', async () => {
  const { dialer, dials } = setup();
  dialer.setSeed(0, ['b:1']);
  await pass(1_000);
  dialer.setSeed(0, ['c:1']);
  await pass(120_000);
  const before = dials.filter(({ address }) => address === 'b:1').length;
  await pass(120_000);
  expect(dials.filter(({ address }) => address === 'b:1')).toHaveLength(before);
  expect(dials.at(-1)!.address).toBe('c:1');
});

it('finds the new owner of an address that it took for a connected peer', async () => {
  const { dialer, rise, times } = setup();
  rise(b);
  rise({ ...b, address: 'moved:1' });
  dialer.learn([{ id: 'c', incarnation: 1, address: 'b:1' }]);
  await pass(0);
  expect(times('b:1')).toEqual([0]);
});

it('goes on after a connection that was lost before its dial had returned', async () => {
  const { dialer, answers, times, fall } = setup();
  let answer!: (outcome: DialOutcome) => void;
  answers.set('b:1', new Promise((resolve) => (answer = resolve)));
  dialer.learn([b]);
  await pass(0);
  dialer.peerUp(b);
  fall(b);
  answer({ kind: 'failed', error: new Error('reset') });
  answers.set('b:1', nobody);
  await pass(1_000);
  expect(times('b:1').length).toBeGreaterThan(1);
});

describe('a dial that hangs', () => {
  it('holds up the next one for two seconds and no longer', async () => {
    const { dialer, answers, times } = setup();
    answers.set('b:1', new Promise(() => {}));
    dialer.setSeed(0, ['b:1']);
    await pass(8_000);
    expect(times('b:1')).toEqual([0, 2_100, 4_300, 6_700]);
  });

  it('does not hold up the next one at all when the peer has been up meanwhile', async () => {
    const { dialer, answers, times, rise, fall } = setup();
    answers.set('b:1', new Promise(() => {}));
    dialer.learn([b]);
    await pass(500);
    rise(b);
    await pass(10_000);
    fall(b);
    await pass(100);
    expect(times('b:1')).toEqual([0, 10_600]);
  });

  it('has no say any more, whatever becomes of it', async () => {
    const { dialer, answers, times, rise } = setup();
    let answer!: (outcome: DialOutcome) => void;
    answers.set('b:1', new Promise((resolve) => (answer = resolve)));
    dialer.setSeed(0, ['b:1']);
    await pass(500);
    rise(b);
    answer({ kind: 'refused', refusal: { code: 'name_taken', message: '' } });
    await pass(60_000);
    expect(times('b:1')).toEqual([0]);
  });

  it('keeps its limit when gossip names the peer again', async () => {
    const { dialer, answers, times } = setup();
    answers.set('b:1', new Promise(() => {}));
    dialer.learn([b]);
    await pass(1_000);
    dialer.learn([{ ...b, incarnation: 2 }]);
    await pass(1_200);
    expect(times('b:1')).toEqual([0, 2_100]);
  });
});

it.each(['name_contested', 'duplicate'] as const)(
  'asks again within a quarter of a second whether it is still %s',
  async (code) => {
    const { dialer, answers, times } = setup();
    answers.set('b:1', { kind: 'refused', refusal: { code, message: '' } });
    dialer.learn([b]);
    await pass(1_500);
    expect(times('b:1')).toEqual([0, 100, 300, 550, 800, 1_050, 1_300]);
  },
);

it('asks for a taken name every five seconds', async () => {
  const { dialer, answers, times } = setup();
  answers.set('b:1', { kind: 'refused', refusal: { code: 'name_taken', message: '' } });
  dialer.setSeed(0, ['b:1']);
  await pass(60_000);
  expect(times('b:1').at(-1)! - times('b:1').at(-2)!).toBe(5_000);
});

it('hurries to a node that is said to have been restarted at its address', async () => {
  const { dialer, times } = setup();
  dialer.learn([b]);
  await pass(20_000);
  const before = times('b:1').length;
  dialer.learn([{ ...b, incarnation: 2 }]);
  await pass(0);
  expect(times('b:1')).toHaveLength(before + 1);
  dialer.learn([{ ...b, incarnation: 2 }, b]);
  await pass(50);
  expect(times('b:1')).toHaveLength(before + 1);
});

it('does not look for a life that is over, whoever still speaks of it', async () => {
  const { dialer, dials, rise } = setup();
  rise({ ...b, incarnation: 2, address: 'moved:1' });
  dialer.learn([b]);
  await pass(10_000);
  expect(dials).toEqual([]);
});

describe('whether a seed has been met', () => {
  it('is so when each of its addresses is connected or its own', async () => {
    const { dialer, answers, rise, fall } = setup();
    expect(dialer.hasMet(0)).toBe(true);
    answers.set('alias:1', { kind: 'refused', refusal: { code: 'self', message: '' } });
    dialer.setSeed(0, ['a:1', 'alias:1', 'b:1', 'b6:1']);
    await pass(0);
    rise(b);
    expect(dialer.hasMet(0)).toBe(false);
    // The same node under another address.
    answers.set('b6:1', { kind: 'refused', refusal: { code: 'duplicate', message: '' }, peer: b });
    await pass(1_000);
    expect(dialer.hasMet(0)).toBe(true);
    fall(b);
    expect(dialer.hasMet(0)).toBe(false);
  });

  it('is said of the addresses it stands for now', async () => {
    const { dialer, rise } = setup();
    dialer.setSeed(0, ['b:1', 'gone:1']);
    rise(b);
    expect(dialer.hasMet(0)).toBe(false);
    dialer.setSeed(0, ['b:1']);
    expect([dialer.hasMet(0), dialer.hasMet(1)]).toEqual([true, true]);
  });
});
