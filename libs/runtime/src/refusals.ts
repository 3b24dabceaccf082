import {
  CallTimeoutError,
  exitedError,
  InvalidMessageError,
  OverloadedError,
  ProcessNotFoundError,
  toErrorData,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import type { MessageRejected } from './behavior.js';
import type { Mailbox } from './mailbox.js';
import { isNews, MessageKind, type Message, type ReplyTarget } from './message.js';
import type { ProcessHost } from './process-host.js';

/** What a refusal says of the process. */
interface Refuser {
  readonly node: ProcessHost;
  readonly ref: ProcessRef;
  readonly behaviorName: string;
  readonly mailboxDepth: number;
}

/** A message for a process that is not there: counted, and its caller told. */
export function refuseForNoProcess(node: ProcessHost, to: ProcessRef, message: Message): void {
  node.drop('noproc', message);
  message.reply?.fail(noProcessError(node, to));
}

export function noProcessError({ id: node }: Pick<ProcessHost, 'id'>, to: ProcessRef): ProcessNotFoundError {
  const process = to.toString();
  return new ProcessNotFoundError(`there is no process ${process} on node "${node}"`, { process, node });
}

/** A message that does not fit any more: counted, and its caller told. */
export function refuseForFullMailbox(refuser: Refuser, message: Message): void {
  refuser.node.drop('mailbox_full', message, refuser.behaviorName);
  message.reply?.fail(mailboxFullError(refuser));
}

export function mailboxFullError({
  ref,
  behaviorName: behavior,
  mailboxDepth: depth,
}: Omit<Refuser, 'node'>): OverloadedError {
  const process = ref.toString();
  return new OverloadedError(
    `the mailbox of process ${process} ("${behavior}") is full (${depth} messages)`,
    {
      process,
      behavior,
      depth,
    },
  );
}

/** A call that nobody waits for any more: counted, and not worked on. */
export function skipAbandoned({ node, behaviorName: behavior }: Refuser, message: Message): void {
  node.drop('caller_gave_up', message, behavior);
  message.reply?.fail(new CallTimeoutError(`the caller of "${message.name}" gave up before it was handled`));
}

/** A message that the behavior has no handler for. */
export function answerUnhandled({ node, behaviorName: behavior }: Refuser, message: Message): void {
  // A monitor's news that nobody asked to see is not a loss.
  if (message.kind === MessageKind.Down) return;
  node.drop('no_handler', message, behavior);
  message.reply?.fail(
    new InvalidMessageError(`behavior "${behavior}" has no call handler "${message.name}"`, {
      behavior,
      method: message.name,
    }),
  );
  message.reply = null;
}

/** A message that was refused before its handler ran. */
export function answerRejected(
  { node, behaviorName: behavior }: Refuser,
  message: Message,
  reply: ReplyTarget | null,
  { message: text, violations, cause }: MessageRejected,
): void {
  if (!reply) return node.drop(cause === undefined ? 'invalid_message' : 'rejected', message, behavior);
  if (cause !== undefined) return reply.threw({ ...toErrorData(cause), outcome: 'not-run' }, cause);
  reply.fail(new InvalidMessageError(text, { behavior, method: message.name, violations }));
}

/** The messages that an ended process leaves behind: callers are told, the rest is counted. */
export function failAll(
  { node, ref, behaviorName: behavior }: Refuser,
  mailbox: Mailbox,
  reason: ExitReason,
): void {
  for (const message of mailbox.clear()) {
    if (message.reply) message.reply.fail(exitedError(ref.toString(), reason, false));
    else if (!isNews(message)) node.drop('process_exited', message, behavior);
  }
}
