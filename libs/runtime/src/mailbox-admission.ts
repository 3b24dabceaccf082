import type { ProcessRef } from '@noex/contracts';
import { deadlock } from './activity.js';
import type { BehaviorDriver } from './behavior.js';
import type { Mailbox } from './mailbox.js';
import { isNews, type CallPath, type Message } from './message.js';
import type { ProcessHost } from './process-host.js';
import { refuseForFullMailbox } from './refusals.js';

/** A process as the messages at its door see it. */
interface Recipient {
  readonly node: ProcessHost;
  readonly id: number;
  readonly ref: ProcessRef;
  readonly driver: BehaviorDriver;
  readonly behaviorName: string;
  readonly mailboxDepth: number;
  /** The message being handled, and its number. */
  readonly current: Message | null;
  readonly turn: number;
}

/**
 * Whether a mailbox takes a message, room made where the behavior says so; a message that is refused is counted, and its caller
 * told. News of other processes is always taken; a call that would wait for itself never.
 */
export function admits(process: Recipient, mailbox: Mailbox, message: Message): boolean {
  if (message.path && waitsIn(process, message.path)) {
    message.reply?.fail(deadlock(message.path, process.ref));
    return false;
  }
  const limit = process.driver.mailbox?.limit ?? process.node.mailboxLimit;
  if (mailbox.depth >= limit && !isNews(message) && !makeRoom(process, mailbox)) {
    refuseForFullMailbox(process, message);
    return false;
  }
  return true;
}

/** Whether the handler at work in the process is one of those that wait, in the end, for a message with this path. */
function waitsIn(process: Recipient, path: CallPath): boolean {
  return (
    process.current !== null &&
    path.some(({ ref, turn }) => turn === process.turn && ref.id === process.id && ref.equals(process.ref))
  );
}

function makeRoom({ driver, node }: Recipient, mailbox: Mailbox): boolean {
  if (driver.mailbox?.policy !== 'drop-oldest') return false;
  const dropped = mailbox.removeOldestCast();
  if (dropped) node.drop('mailbox_dropped_oldest', dropped, driver.name);
  return dropped !== undefined;
}
