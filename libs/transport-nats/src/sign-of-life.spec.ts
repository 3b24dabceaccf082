import { VirtualClock } from '@noex/testing';
import { SignOfLife } from './sign-of-life.js';

function doubted() {
  const clock = new VirtualClock();
  const dead: string[] = [];
  const bounces: (() => void)[] = [];
  const life = new SignOfLife({
    clock,
    ask: (bounced) => void bounces.push(bounced),
    dead: (reason) => void dead.push(reason),
  });
  return { clock, dead, bounces, life };
}

it('a peer that answers lives, and is not asked again for a while', async () => {
  const { clock, dead, bounces, life } = doubted();
  expect(life.isProven()).toBe(false);
  life.seen();
  expect(life.isProven()).toBe(true);
  await clock.advance(4_999);
  expect([life.isProven(), bounces.length, dead]).toEqual([true, 1, []]);
  await clock.advance(1);
  expect([life.isProven(), bounces.length]).toEqual([false, 2]);
});

it('a peer that does not answer for a second is dead', async () => {
  const { clock, dead, life } = doubted();
  life.isProven();
  await clock.advance(999);
  expect(dead).toEqual([]);
  await clock.advance(1);
  expect(dead).toEqual(['heartbeat_timeout']);
});

it('a peer where nobody reads is dead at once, if a newer life claims its name', () => {
  const { dead, bounces, life } = doubted();
  life.isProven();
  bounces[0]!();
  expect(dead).toEqual(['connection_closed']);
});

it('a peer where nobody reads is left alone otherwise: it may be reconnecting', async () => {
  const { clock, dead, bounces, life } = doubted();
  life.ask();
  bounces[0]!();
  await clock.advance(10_000);
  expect(dead).toEqual([]);
});

it('nothing more comes of it once the session has ended', async () => {
  const { clock, dead, bounces, life } = doubted();
  life.isProven();
  life.stop();
  bounces[0]!();
  await clock.advance(10_000);
  expect([dead, clock.pending]).toEqual([[], 0]);
});
