import { lastValueFrom, of, throwError, toArray, type Observable } from 'rxjs';
import { responseValues } from './handler-result.js';

const anyTime = () => Promise.resolve();
const told = (error: unknown) => throwError(() => ({ told: error }));
const all = (values: Observable<unknown>) => lastValueFrom(values.pipe(toArray()));

async function* letters(log: string[] = []) {
  try {
    for (const letter of ['a', 'b', 'c']) {
      await Promise.resolve();
      log.push(letter);
      yield letter;
    }
  } finally {
    log.push('end');
  }
}

it('is one value for whatever is no stream', async () => {
  expect(await all(responseValues(['x', 'y'], anyTime, told))).toEqual([['x', 'y']]);
  expect(await all(responseValues(undefined, anyTime, told))).toEqual([undefined]);
});

it('is the values of an Observable or an async iterable, one inside the other too', async () => {
  expect(await all(responseValues(of(1, 2), anyTime, told))).toEqual([1, 2]);
  expect(await all(responseValues(letters(), anyTime, told))).toEqual(['a', 'b', 'c']);
  expect(await all(responseValues(of(letters(), 1), anyTime, told))).toEqual(['a', 'b', 'c', 1]);
});

it('takes the next value of an async iterable only when there is room', async () => {
  const log: string[] = [];
  let open = (): void => {};
  const room = () => new Promise<void>((resolve) => (open = resolve));
  const taken = all(responseValues(letters(log), room, told));
  for (const sofar of [[], ['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(sofar);
    open();
  }
  expect(await taken).toEqual(['a', 'b', 'c']);
});

it('ends an async iterable that nobody reads any more, where it waits for room too', async () => {
  const log: string[] = [];
  const first = new Promise<() => void>((resolve) => {
    const subscription = responseValues(letters(log), anyTime, told).subscribe(() =>
      resolve(() => subscription.unsubscribe()),
    );
  });
  (await first)();
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(log.at(-1)).toBe('end');
  expect(log).not.toContain('c');
});

it('tells the errors of an async iterable, and leaves those of an Observable as Nest made them', async () => {
  const failing = (async function* () {
    yield await Promise.resolve(1);
    throw new Error('broken');
  })();
  await expect(all(responseValues(failing, anyTime, told))).rejects.toEqual({ told: new Error('broken') });
  await expect(
    all(
      responseValues(
        throwError(() => 'made'),
        anyTime,
        told,
      ),
    ),
  ).rejects.toBe('made');
});
