import { silentLogger } from '@noex/contracts';
import { describeArbiterCompliance } from './arbiter-compliance.js';
import { memoryArbiter } from './memory-arbiter.js';
import { VirtualClock } from './virtual-clock.js';

describeArbiterCompliance('memory', () => {
  const clock = new VirtualClock();
  const store = memoryArbiter({ leaseMs: 6_000 });
  return {
    arbiter: () => store,
    clock,
    pass: (ms) => clock.advance(ms),
    lateMs: 0,
    cut: (node, lost) => store.cut(node, lost),
    heal: (node) => store.heal(node),
  };
});

describe('the arbiter in memory', () => {
  const start = async () => {
    const clock = new VirtualClock();
    const store = memoryArbiter({ leaseMs: 3_000 });
    await store.start({ node: 'a', clock, logger: silentLogger });
    return { clock, store };
  };

  it('tells a test who has which name now', async () => {
    const { clock, store } = await start();
    await store.claim('orders', 'a');
    await clock.advance(2_000);
    await store.claim('jobs', 'b');
    expect(store.holders()).toEqual({ orders: 'a', jobs: 'b' });
    await clock.advance(1_000);
    expect(store.holders()).toEqual({ jobs: 'b' });
  });

  it('fails for the nodes that are cut off from it, and says so, until they are healed', async () => {
    const { store } = await start();
    store.cut('a');
    store.cut('b', 'answers');
    await expect(store.claim('orders', 'a')).rejects.toThrow('cut off from node "a" (requests)');
    await expect(store.claim('orders', 'b')).rejects.toThrow('cut off from node "b" (answers)');
    expect(store.holders()).toEqual({ orders: 'b' });
    store.heal();
    expect(await store.claim('orders', 'a')).toMatchObject({ taken: { holder: 'b' } });
  });

  it('is another one with each call, with another id', () => {
    expect(memoryArbiter().id).not.toBe(memoryArbiter().id);
    expect(memoryArbiter().leaseMs).toBe(15_000);
  });
});
