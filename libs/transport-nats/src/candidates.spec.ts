import { PROTOCOL_VERSION, type PeerIdentity } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { Candidates, MOST_AT_ONCE } from './candidates.js';
import { addressOf } from './subjects.js';

const peer = (id: string, incarnation = 1): PeerIdentity => ({
  id,
  incarnation,
  address: addressOf({ clusterName: 'shop', id, incarnation }),
});

function looking() {
  const clock = new VirtualClock();
  const approached: string[] = [];
  const forgotten: string[] = [];
  const up = new Map<string, number>();
  const over = new Map<string, number>();
  const candidates = new Candidates({
    self: { id: 'a', incarnation: 1, clusterName: 'shop', protocol: PROTOCOL_VERSION },
    clock,
    reconnectMinMs: 100,
    reconnectMaxMs: 5_000,
    random: () => 0,
    isUp: ({ id, incarnation }) => up.get(id) === incarnation,
    isOver: ({ id, incarnation }) => incarnation < (over.get(id) ?? 0),
    approach: ({ id, incarnation }) => void approached.push(`${id}${incarnation} ${clock.now()}`),
    forget: ({ id }) => void forgotten.push(id),
  });
  const goesUp = (one: PeerIdentity) => {
    up.set(one.id, one.incarnation);
    candidates.up(one);
  };
  const goesDown = (one: PeerIdentity, reason: Parameters<Candidates['down']>[1]) => {
    up.delete(one.id);
    candidates.down(one, reason);
  };
  return { clock, approached, forgotten, over, candidates, goesUp, goesDown };
}

it('approaches whom it hears of, once, and not itself', async () => {
  const { clock, approached, candidates } = looking();
  for (let n = 0; n < 3; n++) candidates.hear(peer('b'));
  candidates.hear(peer('a'));
  await clock.advance(0);
  candidates.hear(peer('b'));
  await clock.advance(1_000);
  expect(approached).toEqual(['b1 0']);
});

it('tries again, waiting longer each time, until the node has not answered for a minute', async () => {
  const { clock, approached, candidates } = looking();
  candidates.hear(peer('b'));
  await clock.advance(0);
  for (let n = 0; n < 40; n++) {
    candidates.failed(peer('b'));
    await clock.advance(5_000);
  }
  const times = approached.map((line) => Number(line.split(' ')[1]));
  expect(times.slice(0, 4)).toEqual([0, 100, 5_200, 10_400]);
  expect(times.at(-1)!).toBeGreaterThan(50_000);
  expect(times.at(-1)!).toBeLessThan(75_000);
  candidates.hear(peer('b'));
  await clock.advance(0);
  expect(approached).toHaveLength(times.length + 1);
});

it('approaches again after five seconds without an answer, and takes a late one still', async () => {
  const { clock, approached, forgotten, candidates } = looking();
  candidates.hear(peer('b'));
  await clock.advance(5_000);
  expect([approached.length, forgotten]).toEqual([1, []]);
  await clock.advance(100);
  expect(approached).toHaveLength(2);
});

it.each([
  ['wrong_secret', 20, 30_000],
  ['name_taken', 20, 5_000],
  ['name_contested', 20, 250],
] as const)(
  'asks a node that said %s again, in the end after so long: %d, %d ms',
  async (code, refusals, waitMs) => {
    const { clock, approached, candidates } = looking();
    candidates.hear(peer('b'));
    await clock.advance(0);
    // As if it did not say so for long: a minute of it, and the node is forgotten.
    for (let n = 0; n < refusals && clock.now() < 20_000; n++) {
      const before = approached.length;
      candidates.refused(peer('b'), { code, message: '' });
      while (approached.length === before) await clock.advance(50);
    }
    const before = clock.now();
    candidates.refused(peer('b'), { code, message: '' });
    const count = approached.length;
    while (approached.length === count) await clock.advance(50);
    expect(clock.now() - before).toBeLessThanOrEqual(waitMs);
    expect(clock.now() - before).toBeGreaterThan(waitMs / 4);
  },
);

it('comes back to a peer that was lost: at once where it had been there for long', async () => {
  const { clock, approached, goesUp, goesDown } = looking();
  goesUp(peer('b'));
  await clock.advance(5_000);
  goesDown(peer('b'), 'connection_closed');
  await clock.advance(100);
  expect(approached).toEqual(['b1 5100']);
});

it('leaves a peer alone that said goodbye, whoever still names it, until it comes by itself or in a new life', async () => {
  const { clock, approached, candidates, goesUp, goesDown } = looking();
  goesUp(peer('b'));
  goesDown(peer('b'), 'graceful_shutdown');
  candidates.hear(peer('b'));
  await clock.advance(60_000);
  expect(approached).toEqual([]);
  candidates.hear(peer('b', 2));
  await clock.advance(0);
  expect(approached).toEqual(['b2 60000']);
  goesUp(peer('b', 2));
  goesDown(peer('b', 2), 'graceful_shutdown');
  candidates.hear(peer('b', 2), true);
  await clock.advance(0);
  expect(approached).toHaveLength(2);
});

it('approaches no more than so many at once; the others have their turn as answers come', async () => {
  const { clock, approached, candidates, goesUp } = looking();
  const all = Array.from({ length: 40 }, (_, n) => peer(`b${n}`));
  for (const one of all) candidates.hear(one);
  await clock.advance(0);
  expect(approached).toHaveLength(MOST_AT_ONCE);
  goesUp(all[3]!);
  candidates.failed(all[5]!);
  candidates.refused(all[6]!, { code: 'name_taken', message: '' });
  expect(approached).toHaveLength(MOST_AT_ONCE + 3);
  for (const one of all) goesUp(one);
  expect(new Set(approached).size).toBe(approached.length);
  await clock.advance(60_000);
  expect(clock.pending).toBe(0);
});

it('knows only the newest life of a node', async () => {
  const { clock, approached, over, candidates } = looking();
  candidates.hear(peer('b', 2));
  candidates.hear(peer('b', 1));
  over.set('c', 5);
  candidates.hear(peer('c', 4));
  await clock.advance(0);
  expect(approached).toEqual(['b2 0']);
});

it('tries everybody at once when the server is reached again', async () => {
  const { clock, approached, candidates } = looking();
  candidates.hear(peer('b'));
  candidates.hear(peer('c'));
  await clock.advance(0);
  for (let n = 0; n < 5; n++) for (const id of ['b', 'c']) candidates.failed(peer(id));
  approached.length = 0;
  candidates.retryAll();
  await clock.advance(0);
  expect(approached).toEqual(['b1 0', 'c1 0']);
});

it('does nothing any more once it is stopped', async () => {
  const { clock, approached, candidates } = looking();
  candidates.hear(peer('b'));
  candidates.stop();
  candidates.hear(peer('c'));
  candidates.retryAll();
  await clock.advance(10_000);
  expect([approached, clock.pending]).toEqual([[], 0]);
});
