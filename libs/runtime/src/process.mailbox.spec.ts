import { OverloadedError } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import type { MailboxOptions } from './mailbox.js';
import { LocalNode } from './local-node.js';
import { plainDriver } from './plain-behavior.js';

/** A process at work on a message, so that whatever comes next waits. */
async function busy(mailbox: MailboxOptions, mailboxLimit = 100) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, mailboxLimit });
  const handled: unknown[] = [];
  let goOn!: () => void;
  const work = new Promise<void>((resolve) => (goOn = resolve));
  const note = (payload: unknown) => void handled.push(payload);
  const ref = await node.spawn(
    plainDriver({
      name: 'busy',
      mailbox,
      init: () => null,
      handleCall: { note: (payload, state) => [note(payload), state] },
      handleCast: { work: () => work.then(() => null), note: (payload) => (note(payload), null) },
      handleInfo: { note: (payload) => (note(payload), null) },
    }),
  );
  node.cast(ref, 'work', null);
  await clock.advance(0);
  const finish = async () => {
    goOn();
    await clock.advance(0);
    return handled;
  };
  return { node, ref, finish };
}

describe('a full mailbox with the policy drop-oldest', () => {
  it('makes room by dropping the oldest cast, which is counted, and takes the new message', async () => {
    const { node, ref, finish } = await busy({ limit: 3, policy: 'drop-oldest' });
    for (const payload of ['a', 'b', 'c', 'd']) expect(node.cast(ref, 'note', payload)).toBe(true);
    expect(node.send(ref, 'note', 'e')).toBe(true);
    expect(node.queuedMessages).toBe(3);
    expect(node.drops.get('mailbox_dropped_oldest')).toBe(2);
    expect(node.drops.get('mailbox_full')).toBe(0);
    expect(await finish()).toEqual(['c', 'd', 'e']);
  });

  it('drops no call and no info, for a caller waits: without a cast to drop it refuses', async () => {
    const { node, ref, finish } = await busy({ limit: 2, policy: 'drop-oldest' });
    const first = node.call(ref, 'note', 'call');
    node.send(ref, 'note', 'info');
    await expect(node.call(ref, 'note', 'late')).rejects.toBeInstanceOf(OverloadedError);
    expect(node.cast(ref, 'note', 'late')).toBe(false);
    expect(node.drops.get('mailbox_full')).toBe(2);
    expect(await finish()).toEqual(['call', 'info']);
    await first;
  });
});

describe('the limit of a mailbox', () => {
  it('is that of the behavior where it names one, however wide that of the node is', async () => {
    const { node, ref } = await busy({ limit: 1 });
    expect([node.cast(ref, 'note', 1), node.cast(ref, 'note', 2)]).toEqual([true, false]);
  });

  it('is that of the node where the behavior names none', async () => {
    const { node, ref } = await busy({}, 1);
    expect([node.cast(ref, 'note', 1), node.cast(ref, 'note', 2)]).toEqual([true, false]);
  });
});
