import type { ProcessRef } from '@noex/contracts';
import { currentActivity } from './activity.js';
import { LocalNode } from './local-node.js';
import { defineBehavior, plainDriver } from './plain-behavior.js';
import type { ProcessContext } from './process-context.js';

describe('the activity of a process', () => {
  it('is not taken over by a process that it wakes and that does without one of its own', async () => {
    const node = new LocalNode({ id: 'n' });
    const seen: unknown[] = [];
    const quiet = plainDriver(
      defineBehavior({
        name: 'quiet',
        init: () => null,
        // Returns a promise without being declared async: after its await nobody knows its process.
        handleCast: { note: () => Promise.resolve().then(() => (seen.push(currentActivity()), null)) },
      }),
    );
    const waker = plainDriver(
      defineBehavior({
        name: 'waker',
        init: () => null,
        handleCall: {
          wake: async (other: ProcessRef, state: null, ctx: ProcessContext): Promise<[unknown, null]> => {
            await null;
            ctx.cast(other, 'note');
            return [String(currentActivity()?.process.ref), state];
          },
        },
      }),
    );
    const [a, b] = [await node.spawn(waker), await node.spawn(quiet)];
    await expect(node.call(a, 'wake', b)).resolves.toBe(String(a));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([undefined]);
  });
});
