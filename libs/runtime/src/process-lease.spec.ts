import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import { plainDriver } from './plain-behavior.js';
import type { ProcessContext } from './process-context.js';
import { greatestEpoch, type ProcessLease } from './process-lease.js';

/** A lease that holds until it is said to be over; who finds that out calls `lost`. */
class FakeLease implements ProcessLease {
  isOver = false;
  checks = 0;
  lost = () => {};

  constructor(readonly epoch: number) {}

  check(): boolean {
    this.checks++;
    if (this.isOver) this.lost();
    return !this.isOver;
  }
}

async function setup(...leases: FakeLease[]) {
  const handled: [string, number | undefined][] = [];
  const note = (what: string, context: ProcessContext) => void handled.push([what, context.epoch]);
  const driver = plainDriver<null, void>({
    name: 'writer',
    init: (_, context) => {
      note('init', context);
      return null;
    },
    handleCast: {
      write: (what: string, state, context) => {
        note(what, context);
        return state;
      },
    },
  });
  const node = new LocalNode({ id: 'a', incarnation: 1, clock: new VirtualClock() });
  const ref = await node.spawn(driver, {
    onSpawn: (spawned) => leases.forEach((lease) => node.addLease(spawned, lease)),
  });
  const turn = () => new Promise(setImmediate);
  return { node, ref, handled, turn };
}

it('a process knows the greatest epoch of its leases, from init on', async () => {
  const { node, ref, handled, turn } = await setup(new FakeLease(3), new FakeLease(8), new FakeLease(5));
  node.cast(ref, 'write', 'first');
  await turn();
  expect(handled).toEqual([
    ['init', 8],
    ['first', 8],
  ]);
});

it('a lease that is over, or was taken away, counts no more; without one there is no epoch', async () => {
  const [small, great] = [new FakeLease(3), new FakeLease(8)];
  const { node, ref, handled, turn } = await setup(small, great);
  great.isOver = true;
  node.cast(ref, 'write', 'one is over');
  await turn();
  node.removeLease(ref, small);
  node.cast(ref, 'write', 'none is left');
  await turn();
  expect(handled.slice(1)).toEqual([
    ['one is over', 3],
    ['none is left', undefined],
  ]);
  expect(greatestEpoch(undefined)).toBeUndefined();
});

it('leases are looked at before each message: one that is found over may end the process before it', async () => {
  const lease = new FakeLease(3);
  const { node, ref, handled, turn } = await setup(lease);
  lease.lost = () => node.exit(ref, { shutdown: { nameLost: 'leader' } });
  node.cast(ref, 'write', 'first');
  node.cast(ref, 'write', 'second');
  await turn();
  lease.isOver = true;
  node.cast(ref, 'write', 'third');
  await turn();
  expect(handled.map(([what]) => what)).toEqual(['init', 'first', 'second']);
  expect(node.isAlive(ref)).toBe(false);
});

it('a process that has ended is asked nothing, and takes no lease', async () => {
  const lease = new FakeLease(3);
  const { node, ref, turn } = await setup(lease);
  node.exit(ref, 'kill');
  const { checks } = lease;
  node.addLease(ref, lease);
  node.cast(ref, 'write', 'late');
  await turn();
  expect(lease.checks).toBe(checks);
});
