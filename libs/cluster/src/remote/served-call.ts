import { toErrorData, type ErrorData, type NoexError } from '@noex/contracts';
import type { ReplyTarget } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { Peer } from './peer.js';

/** A call of a peer that is being served here. */
export class ServedCall implements ReplyTarget {
  private answered = false;

  constructor(
    private readonly peer: Peer,
    private readonly id: number,
    /** Time of our clock when its caller gives up. */
    private readonly deadline: number,
  ) {
    peer.serving.begin();
  }

  get abandoned(): boolean {
    return !this.peer.up || this.peer.node.clock.now() > this.deadline;
  }

  ok(value: unknown): void {
    if (!this.close()) return;
    try {
      this.peer.reply(FrameKind.Reply, this.id, value);
    } catch (error) {
      // The handler ran: what fails is only to send its answer.
      this.peer.reply(FrameKind.Threw, this.id, toErrorData(error));
    }
  }

  fail(error: NoexError): void {
    if (this.close()) this.answerError(FrameKind.Failed, toErrorData(error));
  }

  threw(error: ErrorData): void {
    if (this.close()) this.answerError(FrameKind.Threw, error);
  }

  private answerError(kind: number, error: ErrorData): void {
    try {
      this.peer.reply(kind, this.id, error);
    } catch {
      // Its `data` does not cross; the rest does.
      this.peer.reply(kind, this.id, { ...error, data: undefined });
    }
  }

  private close(): boolean {
    if (this.answered) return false;
    this.answered = true;
    this.peer.serving.end();
    if (this.peer.up) return true;
    this.peer.node.drops.add('reply_to_lost_node');
    return false;
  }
}
