import { toErrorData, type ErrorData, type NoexError } from '@noex/contracts';
import { microsOf, type LatencyHistogram, type ReplyTarget } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { Peer } from './peer.js';
import { sendError } from './send-error.js';

/** A call of a peer that is being served here. */
export class ServedCall implements ReplyTarget {
  readonly fromPeer = true;
  latency: LatencyHistogram | undefined = undefined;
  private readonly arrivedAt: number;
  private answered = false;

  constructor(
    private readonly peer: Peer,
    private readonly id: number,
    /** Time of our clock when its caller gives up. */
    private readonly deadline: number,
    arrivedAtMs = 0,
  ) {
    this.arrivedAt = microsOf(arrivedAtMs);
    peer.serving.begin(deadline);
  }

  get abandoned(): boolean {
    return !this.peer.up || this.peer.node.clock.now() > this.deadline;
  }

  ok(value: unknown): void {
    if (!this.close()) return;
    this.measure();
    try {
      this.peer.reply(FrameKind.Reply, this.id, value);
    } catch (error) {
      // The handler ran: what fails is only to send its answer.
      sendError(this.peer, FrameKind.Threw, this.id, toErrorData(error));
    }
  }

  fail(error: NoexError): void {
    // Nobody waits for it any more: nothing is lost.
    if (this.close(!this.abandoned)) sendError(this.peer, FrameKind.Failed, this.id, toErrorData(error));
  }

  threw(error: ErrorData): void {
    if (!this.close()) return;
    this.measure();
    sendError(this.peer, FrameKind.Threw, this.id, error);
  }

  private measure(): void {
    if (this.latency) this.peer.traffic.answer(this.arrivedAt, this.latency);
  }

  private close(failed = false): boolean {
    if (this.answered) return false;
    this.answered = true;
    this.peer.serving.end(failed);
    if (this.peer.up) return true;
    this.peer.node.lose('reply_to_lost_node', 'reply');
    return false;
  }
}
