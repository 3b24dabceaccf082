import { MessageKind, type Message } from './message.js';

/** How much may wait for a process, and what happens to more. */
export interface MailboxOptions {
  /** Messages it holds before it refuses more. Default: the node's `mailboxLimit`. */
  readonly limit?: number;
  /**
   * What a full mailbox does: `reject` refuses the new message (the default); `drop-oldest` makes room for it by
   * dropping the oldest cast, if there is one. Calls are never dropped: somebody waits for them.
   */
  readonly policy?: 'reject' | 'drop-oldest';
}

/** The messages that wait for a process, in the order of their arrival. */
export class Mailbox {
  /** Messages waiting, those that are held aside included. */
  depth = 0;
  /** The most that ever waited. */
  highWater = 0;
  private head: Message | null = null;
  private tail: Message | null = null;
  /** Held aside until {@link putBack}, oldest first. */
  private aside: Message[] | undefined = undefined;

  /** True when there is nothing to take. */
  get empty(): boolean {
    return this.head === null;
  }

  push(message: Message): void {
    if (this.tail) this.tail.next = message;
    else this.head = message;
    this.tail = message;
    if (++this.depth > this.highWater) this.highWater = this.depth;
  }

  shift(): Message | null {
    const message = this.head;
    if (!message) return null;
    this.head = message.next;
    if (!this.head) this.tail = null;
    message.next = null;
    this.depth--;
    return message;
  }

  /** Keeps a message that was taken, out of turn, for later. */
  setAside(message: Message): void {
    (this.aside ??= []).push(message);
    this.depth++;
  }

  /** What was held aside comes first again. */
  putBack(): void {
    for (const message of (this.aside ?? []).reverse()) {
      message.next = this.head;
      this.head = message;
      this.tail ??= message;
    }
    this.aside = undefined;
  }

  /** Takes out the oldest cast; walks past the messages of other kinds before it. */
  removeOldestCast(): Message | undefined {
    let before: Message | null = null;
    for (let message = this.head; message; before = message, message = message.next) {
      if (message.kind !== MessageKind.Cast) continue;
      if (before) before.next = message.next;
      else this.head = message.next;
      if (!message.next) this.tail = before;
      message.next = null;
      this.depth--;
      return message;
    }
    return undefined;
  }

  /** Empties it, oldest first. */
  *clear(): Generator<Message> {
    this.putBack();
    for (let message = this.shift(); message; message = this.shift()) yield message;
  }
}
