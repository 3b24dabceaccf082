import type { Clock } from '@noex/contracts';
import { LatencyHistogram } from '@noex/runtime';

/** What came from one peer and went back to it, counted and timed. A look at the clock serves all messages of a frame. */
export class Traffic {
  framesReceived = 0;
  bytesReceived = 0;
  /** How long the peer took to answer calls of this node; undefined where it is not measured. */
  readonly roundTrips: LatencyHistogram | undefined;
  private arrivedAt = -1;
  // The answers that have not left, those that are alike in one entry: lists that keep their memory.
  private readonly answerStarts: number[] = [];
  private readonly answerTimes: LatencyHistogram[] = [];
  private readonly answerCounts: number[] = [];
  private answers = 0;

  constructor(
    private readonly clock: Clock,
    measuresRoundTrips: boolean,
  ) {
    this.roundTrips = measuresRoundTrips ? new LatencyHistogram() : undefined;
  }

  received(bytes: number): void {
    this.framesReceived++;
    this.bytesReceived += bytes;
    this.arrivedAt = -1;
  }

  /** An answer came, to a call if anybody waits for it still. */
  answered<Call extends { readonly startedAt: number }>(call: Call | undefined): Call | undefined {
    if (call && this.roundTrips) this.roundTrips.observe(call.startedAt, this.frameTime);
    return call;
  }

  /** A call of the peer that came at `startMicros` (of `microsOf`) is answered; it took until the answer leaves. */
  answer(startMicros: number, latency: LatencyHistogram): void {
    const last = this.answers - 1;
    if (last >= 0 && this.answerStarts[last] === startMicros && this.answerTimes[last] === latency) {
      this.answerCounts[last]!++;
      return;
    }
    this.answerStarts[this.answers] = startMicros;
    this.answerTimes[this.answers] = latency;
    this.answerCounts[this.answers++] = 1;
  }

  /** What was answered leaves. */
  flushed(): void {
    if (this.answers === 0) return;
    const now = this.clock.now();
    for (let i = 0; i < this.answers; i++) {
      this.answerTimes[i]!.observe(this.answerStarts[i]!, now, this.answerCounts[i]);
    }
    this.answers = 0;
  }

  /** When the frame came that is being read, in milliseconds: one look at the clock for all of its messages. */
  get frameTime(): number {
    if (this.arrivedAt < 0) this.arrivedAt = this.clock.now();
    return this.arrivedAt;
  }
}
