import type { Clock } from '@noex/contracts';

/** Upper bounds of the buckets, in microseconds: three to a decade, from 10 µs to 10 s. Slower calls are in one bucket more. */
export const LATENCY_BOUNDS: readonly number[] = [
  10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
  1_000_000, 2_500_000, 5_000_000, 10_000_000,
];
/** Behaviors that are told apart; what is in excess of them counts as {@link OTHER_BEHAVIOR}. */
export const MOST_BEHAVIORS = 100;
/** Stands for all behaviors beyond those that are counted by name. */
export const OTHER_BEHAVIOR = 'other';
/** One of so many calls that stay on their node is measured: a look at the clock is a sizable part of what such a call costs. */
const LOCAL_SAMPLE = 64;
const SUM = LATENCY_BOUNDS.length + 1;

/** A time in whole microseconds that needs no memory of its own; it starts anew every 71 minutes. */
export function microsOf(timeMs: number): number {
  return (timeMs * 1000) | 0;
}

/** How often something took how long. Observing allocates nothing. */
export class LatencyHistogram {
  private readonly numbers = new Float64Array(SUM + 1);
  /** Where the last one was: the next is often as fast. */
  private bucket = 0;

  /** So many things took from `startMicros` (of `microsOf`) until `endMs`; more than 71 minutes count as what is beyond them. */
  observe(startMicros: number, endMs: number, count = 1): void {
    const micros = (microsOf(endMs) - startMicros) >>> 0;
    let { bucket } = this;
    while (micros > LATENCY_BOUNDS[bucket]!) bucket++;
    while (bucket > 0 && micros <= LATENCY_BOUNDS[bucket - 1]!) bucket--;
    this.bucket = bucket;
    this.numbers[bucket]! += count;
    this.numbers[SUM]! += micros * count;
  }

  /** How many there are in each bucket, by itself: one for each of the bounds, and that of all beyond. */
  get counts(): Iterable<number> {
    return this.numbers.subarray(0, SUM);
  }

  /** Sum of all observed, in microseconds. */
  get sumMicros(): number {
    return this.numbers[SUM]!;
  }
}

/** How long the processes of one behavior took to answer, mailbox included. */
export interface BehaviorLatency {
  readonly local: LatencyHistogram;
  readonly remote: LatencyHistogram;
}

/** A call whose duration counts in a histogram. */
export interface CallTiming {
  readonly latency: LatencyHistogram;
  /** When it came, as `microsOf` says it. */
  readonly startedAt: number;
}

/** A call whose time may be taken. */
interface Measured {
  readonly fromPeer?: boolean | undefined;
  latency?: LatencyHistogram | undefined;
  timing?: CallTiming | undefined;
}

/** How long the calls to this node's processes took until they were answered, by behavior. */
export class Latencies {
  private readonly behaviors = new Map<string, BehaviorLatency>();
  private localCalls = 0;
  // Calls in a row are often for the same behavior.
  private lastBehavior: string | undefined;
  private last: BehaviorLatency | undefined;

  constructor(private readonly clock: Clock) {}

  /** A call comes to a process of the behavior: all of those of peers are measured, and a sample of this node's own. */
  begin(reply: Measured, behavior: string): void {
    if (reply.fromPeer) {
      reply.latency = this.of(behavior).remote;
    } else if (this.localCalls++ % LOCAL_SAMPLE === 0) {
      reply.timing = { latency: this.of(behavior).local, startedAt: microsOf(this.clock.now()) };
    }
  }

  entries(): IterableIterator<[behavior: string, latency: BehaviorLatency]> {
    return this.behaviors.entries();
  }

  private of(behavior: string): BehaviorLatency {
    if (behavior !== this.lastBehavior) {
      this.last = this.find(behavior);
      this.lastBehavior = behavior;
    }
    return this.last!;
  }

  private find(behavior: string): BehaviorLatency {
    const known = this.behaviors.get(behavior);
    if (known) return known;
    if (behavior !== OTHER_BEHAVIOR && this.behaviors.size >= MOST_BEHAVIORS)
      return this.find(OTHER_BEHAVIOR);
    const latency = { local: new LatencyHistogram(), remote: new LatencyHistogram() };
    this.behaviors.set(behavior, latency);
    return latency;
  }
}
