import type { Clock, TimerHandle } from '@noex/contracts';

class Timer {
  cancelled = false;

  constructor(
    readonly due: number,
    readonly order: number,
    readonly callback: () => void,
  ) {}

  isBefore(other: Timer): boolean {
    return this.due < other.due || (this.due === other.due && this.order < other.order);
  }
}

/** The time of a whole simulation. It stands still while anybody has something to do. */
export class SimulationClock implements Clock {
  /** A binary heap: a hundred nodes have ten thousand timers. */
  private readonly heap: Timer[] = [];
  private time = 0;
  private order = 0;

  constructor(
    /** Resolves when all that the timers set off has come to rest. */
    private readonly settle: () => Promise<void>,
  ) {}

  now(): number {
    return this.time;
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const timer = new Timer(this.time + Math.max(0, delayMs), ++this.order, callback);
    this.push(timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    if (handle) (handle as Timer).cancelled = true;
  }

  /** Lets time pass. Timers of one moment fire in the order they were set, and before anything they set off goes on. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settle();
    for (let first = this.heap[0]; first && first.due <= end; first = this.heap[0]) {
      this.time = first.due;
      // What they set for this same moment waits for the next round.
      const last = this.order;
      while (this.heap[0] && this.heap[0].due <= this.time && this.heap[0].order <= last)
        this.fire(this.pop());
      await this.settle();
    }
    this.time = end;
  }

  private fire(timer: Timer): void {
    if (!timer.cancelled) timer.callback();
  }

  private push(timer: Timer): void {
    const { heap } = this;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!timer.isBefore(heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  private pop(): Timer {
    const { heap } = this;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.isBefore(heap[child]!)) child++;
      if (!heap[child]!.isBefore(last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** Time as one life of a node has it: its timers are late while it hangs, and nothing once it is dead. */
export class LifeClock implements Clock {
  private state: 'running' | 'hung' | 'dead' = 'running';
  private held: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const handle: { timer: TimerHandle; cancelled: boolean } = { timer: undefined, cancelled: false };
    const fire = () => {
      if (handle.cancelled || this.state === 'dead') return;
      if (this.state === 'hung') this.held.push(fire);
      else callback();
    };
    handle.timer = this.clock.setTimeout(fire, delayMs);
    return handle;
  }

  clearTimeout(handle: TimerHandle): void {
    if (!handle) return;
    const own = handle as { timer: TimerHandle; cancelled: boolean };
    own.cancelled = true;
    this.clock.clearTimeout(own.timer);
  }

  hang(): void {
    if (this.state === 'running') this.state = 'hung';
  }

  /** What fell due meanwhile fires now, in order. */
  resume(): void {
    if (this.state !== 'hung') return;
    this.state = 'running';
    for (const fire of this.held) this.clock.setTimeout(fire, 0);
    this.held = [];
  }

  die(): void {
    this.state = 'dead';
    this.held = [];
  }
}
