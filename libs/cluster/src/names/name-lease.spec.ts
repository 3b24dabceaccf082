import type { Lease } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { lostAt, NameLease, renewAt, retryMs } from './name-lease.js';

const LEASE: Lease = { name: 'leader', holder: 'n1', epoch: 7 };

/** A lease of 15 s, whose renewals are answered as `answers` says, the last answer again and again. */
function setup(answers: (() => Promise<boolean>)[], random = 0) {
  const clock = new VirtualClock();
  const renewals: number[] = [];
  const losses: string[] = [];
  const lease = new NameLease({
    lease: LEASE,
    leaseMs: 15_000,
    clock,
    beganAt: clock.now(),
    random: () => random,
    renew: () => {
      renewals.push(clock.now());
      return (answers.length > 1 ? answers.shift()! : answers[0]!)();
    },
    lost: ({ epoch }, why) => void losses.push(`${epoch} ${why} at ${clock.now()}`),
  });
  return { clock, lease, renewals, losses };
}

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);
const fails = () => Promise.reject(new Error('no answer'));

it('is renewed each third of its length, up to a fifth earlier', async () => {
  const { clock, lease, renewals, losses } = setup([yes]);
  await clock.advance(60_000);
  expect(renewals).toEqual(Array.from({ length: 12 }, (_, n) => (n + 1) * 5_000));
  expect([lease.check(), losses]).toEqual([true, []]);
  expect([renewAt(100, 15_000, 0), renewAt(100, 15_000, 1)]).toEqual([5_100, 4_100]);
});

it('is lost two thirds of its length after the last renewal that succeeded began', async () => {
  const { clock, lease, losses } = setup([yes, yes, fails]);
  await clock.advance(19_999);
  expect([lease.check(), losses]).toEqual([true, []]);
  await clock.advance(1);
  expect([lease.check(), losses]).toEqual([false, ['7 unreachable at 20000']]);
  expect(lostAt(100, 15_000)).toBe(10_100);
});

it('counts from the beginning of a renewal, not from its answer', async () => {
  const { clock, losses } = setup([
    () => new Promise((resolve) => clock.setTimeout(() => resolve(true), 4_000)),
    fails,
  ]);
  // Begun at 5000, answered at 9000.
  await clock.advance(30_000);
  expect(losses).toEqual(['7 unreachable at 15000']);
});

it('is renewed again after a failure, a fifteenth of its length later or sooner, and so outlives a short outage', async () => {
  const { clock, lease, renewals, losses } = setup([fails, fails, fails, yes]);
  await clock.advance(13_000);
  expect(renewals).toEqual([5_000, 6_000, 7_000, 8_000, 13_000]);
  expect([lease.check(), losses]).toEqual([true, []]);
  expect([retryMs(15_000, 0), retryMs(15_000, 1)]).toEqual([1_000, 500]);
});

it('is lost in time where a renewal is not answered at all, and a late yes does not bring it back', async () => {
  let answer!: (yes: boolean) => void;
  const { clock, lease, renewals, losses } = setup([() => new Promise((resolve) => (answer = resolve))]);
  await clock.advance(10_000);
  expect(losses).toEqual(['7 unreachable at 10000']);
  answer(true);
  await clock.advance(60_000);
  expect([lease.check(), renewals, losses.length, clock.pending]).toEqual([false, [5_000], 1, 0]);
});

it('is lost at once where the arbiter says that it is over', async () => {
  const { clock, lease, losses } = setup([no]);
  await clock.advance(60_000);
  expect([lease.check(), losses, clock.pending]).toEqual([false, ['7 over at 5000'], 0]);
});

it('finds out that its time is over when it is asked, before any timer says so', () => {
  const { clock, lease, losses } = setup([yes]);
  clock.stall(9_999);
  expect(lease.check()).toBe(true);
  clock.stall(1);
  expect(losses).toEqual([]);
  expect([lease.check(), lease.check(), losses]).toEqual([false, false, ['7 unreachable at 10000']]);
});

it('does not renew what is over: a node that was frozen asks for nothing that may be of another', async () => {
  const { clock, renewals, losses } = setup([yes]);
  clock.stall(12_000);
  await clock.advance(0);
  expect([renewals, losses]).toEqual([[], ['7 unreachable at 12000']]);
});

it('that is not wanted any more ends without being lost, once', async () => {
  const { clock, lease, renewals, losses } = setup([yes]);
  expect([lease.end(), lease.end(), lease.check()]).toEqual([true, false, false]);
  lease.lose('outranked');
  await clock.advance(60_000);
  expect([renewals, losses, clock.pending]).toEqual([[], [], 0]);
});
