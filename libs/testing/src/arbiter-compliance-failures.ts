/// <reference types="jest" />
import { isTaken, leased, type ArbiterStage } from './arbiter-compliance-stage.js';

/** What an arbiter promises of a store that does not answer. */
export function describeArbiterFailures(stage: ArbiterStage): void {
  describe('a store that is not reached', () => {
    it('has every method reject within a third of a lease, which says nothing of the name', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      stage.environment.cut('a', 'requests');
      const claim = stage.rejection(a, () => a.claim('free', 'a'));
      const renewal = stage.rejection(a, () => a.renew(lease));
      const release = stage.rejection(a, () => a.release(lease));
      for (const error of await Promise.all([claim, renewal, release])) expect(error).toBeInstanceOf(Error);
      leased(await b.claim('free', 'b'));
    });

    it('gives the name to another after leaseMs, with a greater epoch, and the holder hears it when it is back', async () => {
      const [a, b] = await stage.pair();
      const begunAt = stage.now();
      const lease = leased(await a.claim('orders', 'a'));
      stage.environment.cut('a', 'requests');
      const next = await stage.obtain(b, 'orders', 'b');
      expect(stage.now() - begunAt).toBeGreaterThanOrEqual(a.leaseMs);
      expect(next.epoch).toBeGreaterThan(lease.epoch);
      stage.environment.heal('a');
      expect(await stage.reached(a, () => a.renew(lease))).toBe(false);
      expect(await b.renew(next)).toBe(true);
    });
  });

  describe('a store whose answers are lost', () => {
    it('ends a claim whose answer was lost leaseMs after it was given up, at the latest', async () => {
      const [a, b] = await stage.pair();
      stage.environment.cut('a', 'answers');
      await stage.rejection(a, () => a.claim('orders', 'a'));
      // As long as it lasts, it is a lease as any other.
      const answer = await b.claim('orders', 'b');
      expect(answer).toMatchObject({ taken: { holder: 'a' } });
      const { epoch } = await stage.obtain(b, 'orders', 'b');
      expect(epoch).toBeGreaterThan(isTaken(answer) ? answer.taken.epoch : NaN);
    });

    it('does not lose a lease whose renewal was not heard of: the next renewal finds it', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      expect(await a.renew(lease)).toBe(true);
      stage.environment.cut('a', 'answers');
      await stage.rejection(a, () => a.renew(lease));
      stage.environment.heal('a');
      expect(await stage.reached(a, () => a.renew(lease))).toBe(true);
      expect(await b.claim('orders', 'b')).toEqual({ taken: { holder: 'a', epoch: lease.epoch } });
      expect(await a.renew(lease)).toBe(true);
    });

    it('has released what it was asked to, and the lease cannot come back', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      stage.environment.cut('a', 'answers');
      await stage.rejection(a, () => a.release(lease));
      const next = leased(await b.claim('orders', 'b'));
      stage.environment.heal('a');
      expect(await stage.reached(a, () => a.renew(lease))).toBe(false);
      await a.release(lease);
      expect(await b.renew(next)).toBe(true);
    });

    it('releases a lease whose last renewal was not heard of', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      stage.environment.cut('a', 'answers');
      await stage.rejection(a, () => a.renew(lease));
      stage.environment.heal('a');
      await stage.reached(a, () => a.release(lease));
      leased(await b.claim('orders', 'b'));
    });
  });

  it('one that is closed leaves its leases to end by themselves', async () => {
    const [a, b] = await stage.pair();
    const begunAt = stage.now();
    const { epoch } = leased(await a.claim('orders', 'a'));
    await a.close();
    expect(await b.claim('orders', 'b')).toEqual({ taken: { holder: 'a', epoch } });
    await stage.obtain(b, 'orders', 'b');
    expect(stage.now() - begunAt).toBeGreaterThanOrEqual(a.leaseMs);
  });
}
