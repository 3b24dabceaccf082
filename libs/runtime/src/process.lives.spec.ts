import { ProcessNotFoundError, ProcessRef, type ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import { plainDriver } from './plain-behavior.js';
import type { ProcessContext } from './process-context.js';

type Work = (context: ProcessContext) => unknown;

/** A process of the second life of a node, and a ref to the one that had its number in the first. */
async function secondLife() {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 2, clock });
  const handled: unknown[] = [];
  const note = (payload: unknown) => (handled.push(payload), null);
  const worker = plainDriver({
    name: 'worker',
    init: () => null,
    handleCall: { note: (payload, state) => [note(payload), state] },
    handleCast: { note, do: (work: Work, state, context) => (work(context), state) },
    handleInfo: { note },
  });
  const [now, other] = [await node.spawn(worker), await node.spawn(worker)];
  return { clock, node, handled, now, other, before: new ProcessRef('n1', 1, now.id) };
}

describe('a ref of an earlier life of a node, whose number another process has now', () => {
  it('takes no message to that process: a call is ProcessNotFoundError, casts and infos are false', async () => {
    const { clock, node, handled, before } = await secondLife();
    await expect(node.call(before, 'note', 'call')).rejects.toBeInstanceOf(ProcessNotFoundError);
    expect(node.cast(before, 'note', 'cast')).toBe(false);
    expect(node.send(before, 'note', 'info')).toBe(false);
    await clock.advance(0);
    expect(handled).toEqual([]);
    expect(node.drops.get('noproc')).toBe(3);
  });

  it('does not stop or kill that process', async () => {
    const { clock, node, now, before } = await secondLife();
    node.exit(before, 'shutdown');
    node.exit(before, 'kill');
    await clock.advance(0);
    expect([node.isAlive(now), node.isAlive(before)]).toEqual([true, false]);
  });

  it('is monitored as nobody: noproc, once, and nothing at the end of that process', async () => {
    const { clock, node, now, before } = await secondLife();
    const downs: ExitReason[] = [];
    node.monitor(before, (reason) => downs.push(reason));
    await clock.advance(0);
    node.exit(now, 'kill');
    await clock.advance(0);
    expect(downs).toEqual(['noproc']);
  });

  it('is linked as nobody: the one that links gets the exit noproc, that process lives on', async () => {
    const { clock, node, now, other, before } = await secondLife();
    const downs: ExitReason[] = [];
    node.monitor(other, (reason) => downs.push(reason));
    node.cast(other, 'do', (context: ProcessContext) => context.link(before));
    await clock.advance(0);
    expect(downs).toEqual(['noproc']);
    expect(node.isAlive(now)).toBe(true);
  });
});
