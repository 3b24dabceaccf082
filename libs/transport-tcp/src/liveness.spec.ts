import { VirtualClock } from '@noex/testing';
import { ANSWER_MS, Liveness } from './liveness.js';

let clock: VirtualClock;
let seen: string[];
let bytesRead: number;
let liveness: Liveness;

beforeEach(() => {
  clock = new VirtualClock(1_000);
  seen = [];
  bytesRead = 500;
  liveness = new Liveness({
    clock,
    bytesRead: () => bytesRead,
    ping: () => void seen.push(`ping ${clock.now()}`),
    dead: () => void seen.push(`dead ${clock.now()}`),
  });
});

it('is not proven by what was read before the question', () => {
  expect(liveness.isProven()).toBe(false);
  expect(seen).toEqual(['ping 1000']);
});

it('is proven by a single byte after it', async () => {
  liveness.isProven();
  bytesRead++;
  expect(liveness.isProven()).toBe(true);
  await clock.advance(10 * ANSWER_MS);
  expect(seen).toEqual(['ping 1000']);
  expect(clock.pending).toBe(0);
});

it('is over when nothing comes in time, said once, however often it was asked', async () => {
  for (let n = 0; n < 5; n++) {
    expect(liveness.isProven()).toBe(false);
    await clock.advance(ANSWER_MS / 5 - 1);
  }
  expect(seen).toEqual(['ping 1000']);
  await clock.advance(5);
  expect(seen).toEqual(['ping 1000', `dead ${1_000 + ANSWER_MS}`]);
  await clock.advance(10 * ANSWER_MS);
  expect(seen).toHaveLength(2);
});

it('is asked anew when a sign is old: who answered once may be gone by now', async () => {
  liveness.isProven();
  bytesRead++;
  await clock.advance(4_999);
  expect(liveness.isProven()).toBe(true);
  await clock.advance(1);
  expect(liveness.isProven()).toBe(false);
  expect(seen).toEqual(['ping 1000', 'ping 6000']);
});

it('is not judged by a node that hung itself before it has read what came meanwhile', async () => {
  liveness.isProven();
  clock.stall(60_000);
  await clock.advance(ANSWER_MS / 2 - 1);
  expect(seen).toEqual(['ping 1000']);
  bytesRead++;
  await clock.advance(ANSWER_MS);
  expect(seen).toEqual(['ping 1000']);
});

it('is asked for without a consequence, and not more than needed', async () => {
  for (let n = 0; n < 10; n++) liveness.ask();
  await clock.advance(4_000);
  expect(seen).toEqual(['ping 1000']);
  expect(clock.pending).toBe(0);
});

it('does not end a connection that has ended', async () => {
  liveness.isProven();
  liveness.stop();
  await clock.advance(10 * ANSWER_MS);
  expect(seen).toEqual(['ping 1000']);
});
