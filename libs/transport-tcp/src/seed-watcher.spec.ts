import { silentLogger, systemClock } from '@noex/contracts';
import { SeedWatcher } from './seed-watcher.js';
import { parseSeed } from './seed.js';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

function watch(answers: (() => Promise<string[]>)[], isAlone: () => boolean) {
  const found: string[][] = [];
  const watcher = new SeedWatcher({
    seeds: [parseSeed('dns:noex:4369')],
    dns: { addresses: () => (answers.shift() ?? (async () => []))(), services: async () => [] },
    clock: systemClock,
    logger: silentLogger,
    isAlone,
    found: (_, addresses) => found.push([...addresses]),
  });
  watcher.start();
  return { watcher, found };
}

it('asks again, soon while alone and seldom later, also when a name does not resolve', async () => {
  let alone = true;
  const missing = () => Promise.reject(new Error('ENOTFOUND'));
  const { watcher, found } = watch(
    [missing, async () => ['10.0.0.1'], async () => ['10.0.0.2']],
    () => alone,
  );
  await jest.advanceTimersByTimeAsync(499);
  expect(found).toEqual([]);
  alone = false;
  await jest.advanceTimersByTimeAsync(1);
  expect(found).toEqual([['10.0.0.1:4369']]);
  await jest.advanceTimersByTimeAsync(4_999);
  expect(found).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(found[1]).toEqual(['10.0.0.2:4369']);
  watcher.stop();
  expect(jest.getTimerCount()).toBe(0);
});

it('says nothing after it was stopped', async () => {
  const { watcher, found } = watch([async () => ['10.0.0.1']], () => true);
  watcher.stop();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(found).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});
