import { OverloadedError } from '@noex/contracts';
import { ResponseStream, type StreamEnd } from './response-stream.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

function setup(credits: number, limit = 100) {
  const sent: unknown[][] = [];
  const ends: [StreamEnd, number][] = [];
  const failures: unknown[] = [];
  let sending: () => Promise<void> = () => Promise.resolve();
  const stream = new ResponseStream(
    {
      send: (values) => (sent.push([...values]), sending()),
      end: (end, count) => void ends.push([end, count]),
      fail: (error) => void failures.push(error),
    },
    credits,
    limit,
  );
  return { stream, sent, ends, failures, sendsWith: (how: () => Promise<void>) => (sending = how) };
}

it('tells the only value together with the end', async () => {
  const { stream, sent, ends } = setup(8);
  stream.next('x');
  stream.complete();
  await turn();
  expect([sent, ends]).toEqual([[], [[{ response: 'x', isDisposed: true }, 0]]]);
});

it('tells nothing but the end for a sole undefined, as Nest does', async () => {
  const { stream, ends } = setup(8);
  stream.next(undefined);
  stream.complete();
  await turn();
  expect(ends).toEqual([[{ isDisposed: true }, 0]]);
});

it('sends an undefined that something follows', async () => {
  const { stream, sent, ends } = setup(8);
  stream.next(undefined);
  await turn();
  stream.complete();
  await turn();
  expect([sent, ends]).toEqual([[[undefined]], [[{ isDisposed: true }, 1]]]);
});

it('sends what came in one turn together, and no more than there is room for', async () => {
  const { stream, sent, ends } = setup(2);
  for (const value of ['a', 'b', 'c', 'd']) stream.next(value);
  stream.complete();
  await turn();
  expect(sent).toEqual([['a', 'b']]);
  stream.grant(1);
  await turn();
  expect(sent).toEqual([['a', 'b'], ['c']]);
  expect(ends).toEqual([]);
  stream.grant(1);
  await turn();
  expect(ends).toEqual([[{ response: 'd', isDisposed: true }, 3]]);
});

it('tells an error after the values before it', async () => {
  const { stream, sent, ends } = setup(1);
  stream.next('a');
  stream.next('b');
  stream.error({ code: 7 });
  await turn();
  expect([sent, ends]).toEqual([[['a']], []]);
  stream.grant(1);
  await turn();
  expect([sent, ends]).toEqual([[['a'], ['b']], [[{ err: { code: 7 }, isDisposed: true }, 2]]]);
});

it('sends the next values when those before are on their way', async () => {
  const { stream, sent, sendsWith } = setup(8);
  let arrived = (): void => {};
  sendsWith(() => new Promise((resolve) => (arrived = resolve)));
  stream.next('a');
  await turn();
  stream.next('b');
  stream.next('c');
  await turn();
  expect(sent).toEqual([['a']]);
  arrived();
  await turn();
  expect(sent).toEqual([['a'], ['b', 'c']]);
});

it('fails once, and is closed, when values cannot be sent or too many wait', async () => {
  const unsendable = setup(8);
  unsendable.sendsWith(() => Promise.reject(new Error('no way')));
  unsendable.stream.next('a');
  await turn();
  unsendable.stream.next('b');
  unsendable.stream.complete();
  await turn();
  expect([unsendable.failures, unsendable.ends]).toEqual([[new Error('no way')], []]);

  const full = setup(1, 2);
  for (const value of ['a', 'b', 'c', 'd']) full.stream.next(value);
  await turn();
  expect(full.failures).toEqual([expect.any(OverloadedError)]);
  expect([full.stream.isClosed, full.sent, full.ends]).toEqual([true, [], []]);
});

it('has room while a value could leave at once, and lets a waiting source go when it is closed', async () => {
  const { stream } = setup(1);
  await stream.room();
  stream.next('a');
  let waits = true;
  const room = stream.room().then(() => (waits = false));
  await turn();
  expect(waits).toBe(true);
  stream.grant(1);
  await room;
  stream.next('b');
  const closed = stream.room();
  stream.cancel();
  await closed;
});

it('sends and tells nothing once it is cancelled', async () => {
  const { stream, sent, ends, failures } = setup(8);
  stream.next('a');
  stream.cancel();
  stream.next('b');
  stream.complete();
  await turn();
  expect([sent, ends, failures]).toEqual([[], [], []]);
});
