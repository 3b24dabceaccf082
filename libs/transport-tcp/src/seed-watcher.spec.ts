import { silentLogger } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { SeedWatcher } from './seed-watcher.js';
import { parseSeed } from './seed.js';

const at = (...addresses: string[]) => Promise.resolve(addresses);
const missing = () => Promise.reject(new Error('ENOTFOUND'));

let clock: VirtualClock;
let watcher: SeedWatcher;

/** `whole` is whether nobody is missing; `answer` is asked each time the seed's name is. */
function watch(answer: () => Promise<string[]>, seed = 'dns:noex:4369') {
  clock = new VirtualClock(1_000);
  const seen = { found: [] as string[][], askedAt: [] as number[], unresolved: [] as string[], whole: false };
  const ask = () => {
    seen.askedAt.push(clock.now() - 1_000);
    return answer();
  };
  watcher = new SeedWatcher({
    seeds: [parseSeed(seed)],
    dns: { addresses: ask, services: async () => (await ask()).map((name) => ({ name, port: 1 })) },
    clock,
    logger: silentLogger,
    isWhole: () => seen.whole,
    found: (_, addresses) => seen.found.push([...addresses]),
    unresolved: (text, error) => seen.unresolved.push(`${text}: ${error.message}`),
  });
  watcher.start();
  return seen;
}

afterEach(() => {
  watcher.stop();
  expect(clock.pending).toBe(0);
});

it('asks every half second for as long as somebody is missing, and every five seconds otherwise, without end', async () => {
  const seen = watch(() => at('10.0.0.1'));
  await clock.advance(60_000);
  expect(seen.askedAt.slice(0, 4)).toEqual([0, 500, 1_000, 1_500]);
  expect(seen.askedAt).toHaveLength(121);
  seen.whole = true;
  seen.askedAt.length = 0;
  await clock.advance(60_000);
  expect(seen.askedAt).toHaveLength(12);
});

it('asks soon again when somebody is lost in the middle of a long wait', async () => {
  const seen = watch(() => at('10.0.0.1'));
  seen.whole = true;
  await clock.advance(7_000);
  expect(seen.askedAt).toEqual([0, 5_000]);
  seen.whole = false;
  await clock.advance(500);
  expect(seen.askedAt.at(-1)).toBe(7_500);
});

it('tells what the name stands for now: more, others, nobody', async () => {
  const answers = [['10.0.0.1'], ['10.0.0.1', 'fd00::2'], [], ['10.0.0.3']];
  const seen = watch(() => at(...(answers.shift() ?? ['10.0.0.3'])));
  await clock.advance(1_500);
  expect(seen.found).toEqual([['10.0.0.1:4369'], ['10.0.0.1:4369', '[fd00::2]:4369'], [], ['10.0.0.3:4369']]);
});

it.each(['dns:noex:4369', 'srv:_cluster._tcp.noex'])(
  'keeps what %s stood for while the resolver fails, and asks on',
  async (text) => {
    let isUp = true;
    const seen = watch(() => (isUp ? at('10.0.0.1') : missing()), text);
    await clock.advance(0);
    isUp = false;
    await clock.advance(3_000);
    expect([seen.found.length, seen.askedAt.length]).toEqual([1, 7]);
    isUp = true;
    await clock.advance(500);
    expect(seen.found).toHaveLength(2);
  },
);

it.each([
  ['fails', missing, 'dns:noex:4369: ENOTFOUND'],
  ['answers with nothing', () => at(), 'dns:noex:4369: the answer is empty'],
])('tells of a name for which the resolver %s for five seconds, and not before', async (_, answer, text) => {
  let isFixed = false;
  const seen = watch(() => (isFixed ? at('10.0.0.1') : answer()));
  await clock.advance(4_999);
  expect(seen.unresolved).toEqual([]);
  await clock.advance(1);
  expect(seen.unresolved).toEqual([text]);
  isFixed = true;
  await clock.advance(500);
  isFixed = false;
  await clock.advance(5_000);
  expect(seen.unresolved).toHaveLength(1);
});

it('asks nothing twice at once, however long an answer takes', async () => {
  let answer!: (addresses: string[]) => void;
  const seen = watch(() => new Promise((resolve) => (answer = resolve)));
  await clock.advance(30_000);
  expect(seen.askedAt).toEqual([0]);
  answer(['10.0.0.1']);
  await clock.advance(500);
  expect(seen.askedAt).toEqual([0, 30_500]);
});

it('passes a plain address on once: the socket resolves its host at each dial', async () => {
  const seen = watch(missing, 'w1@noex-0:4369');
  await clock.advance(60_000);
  expect([seen.found, seen.askedAt]).toEqual([[['noex-0:4369']], []]);
});

it('says nothing after it was stopped', async () => {
  const seen = watch(() => at('10.0.0.1'));
  watcher.stop();
  await clock.advance(10_000);
  expect([seen.found, seen.askedAt]).toEqual([[], [0]]);
});
