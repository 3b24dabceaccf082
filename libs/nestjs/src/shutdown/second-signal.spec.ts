import { EventEmitter } from 'node:events';
import { SecondSignal, type SignalTarget } from './second-signal.js';

class Target extends EventEmitter {
  readonly exits: unknown[] = [];
  exit(code?: unknown): never {
    this.exits.push(code);
    return undefined as never;
  }
}

function listening(end: () => Promise<unknown> = () => Promise.resolve()) {
  const target = new Target();
  const time = { now: 1_000 };
  const ends: string[] = [];
  const second = new SecondSignal(
    target as unknown as SignalTarget,
    () => time.now,
    (signal) => {
      ends.push(signal);
      return end();
    },
  );
  second.listen();
  return { target, time, ends, second };
}

it.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
])('a second %s ends everything, and then the OS process with its exit code', async (signal, code) => {
  let ended!: () => void;
  const { target, time, ends } = listening(() => new Promise<void>((resolve) => (ended = resolve)));
  time.now += 300;
  target.emit(signal, signal);
  await Promise.resolve();
  expect([ends, target.exits]).toEqual([[signal], []]);
  ended();
  await new Promise(setImmediate);
  expect(target.exits).toEqual([code]);
});

it('ends the OS process also where the end fails', async () => {
  const { target, time } = listening(() => Promise.reject(new Error('no end')));
  time.now += 300;
  target.emit('SIGTERM', 'SIGTERM');
  await new Promise(setImmediate);
  expect(target.exits).toEqual([143]);
});

it('takes a signal that is repeated at once for the same one', () => {
  const { target, time, ends } = listening();
  time.now += 249;
  target.emit('SIGINT', 'SIGINT');
  expect(ends).toEqual([]);
});

it('hears the second signal once, and nothing after `stop`', () => {
  const first = listening();
  first.time.now += 300;
  first.target.emit('SIGTERM', 'SIGTERM');
  first.target.emit('SIGTERM', 'SIGTERM');
  expect(first.ends).toHaveLength(1);
  const { target, second } = listening();
  second.stop();
  expect([target.listenerCount('SIGTERM'), target.listenerCount('SIGINT')]).toEqual([0, 0]);
});
