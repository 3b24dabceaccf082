import type { Clock, TimerHandle } from '@noex/contracts';
import { FLUSH_MS, type FrameReceiver, type FrameStream } from './framed-socket.js';
import type { StreamOutcome } from './mesh.js';

/** The machine's own limit on opening a connection. */
const CONNECT_MS = 5_000;
/** Promise callbacks that one event may set off, one after the other. */
const MICROTASKS = 12;

interface Task {
  readonly at: number;
  readonly order: number;
  readonly machine: Machine | undefined;
  run: (() => void) | undefined;
}

/** What one OS process is to the others: it may hang, and it may be gone without a word. */
export class Machine implements Clock {
  state: 'running' | 'frozen' | 'lost' = 'running';
  /** What came while it hung, to be done when it goes on. */
  readonly missed: Task[] = [];
  readonly listeners = new Map<string, (stream: FrameStream) => void>();

  constructor(
    readonly name: string,
    private readonly world: SimulatedWorld,
  ) {}

  now(): number {
    return this.world.now;
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    return this.world.after(delayMs, callback, this);
  }

  clearTimeout(handle: TimerHandle): void {
    if (handle) (handle as Task).run = undefined;
  }
}

/** Machines and the network between them in virtual time: one queue of events, each way between two machines may be blocked. */
export class SimulatedWorld {
  now = 0;
  private readonly queue = new Heap();
  private order = 0;
  private readonly blocked = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  readonly machines: Machine[] = [];

  constructor(private readonly random: () => number) {}

  machine(name: string): Machine {
    const machine = new Machine(name, this);
    this.machines.push(machine);
    return machine;
  }

  after(delayMs: number, run: () => void, machine?: Machine): Task {
    const task: Task = { at: this.now + Math.max(0, delayMs), order: this.order++, machine, run };
    this.queue.push(task);
    return task;
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (let task = this.queue.peek(); task && task.at <= end; task = this.queue.peek()) {
      this.queue.pop();
      if (!task.run) continue;
      this.now = Math.max(this.now, task.at);
      if (task.machine?.state === 'lost') continue;
      if (task.machine?.state === 'frozen') {
        task.machine.missed.push(task);
        continue;
      }
      task.run();
      for (let n = 0; n < MICROTASKS; n++) await undefined;
    }
    this.now = end;
  }

  thaw(machine: Machine): void {
    if (machine.state !== 'frozen') return;
    machine.state = 'running';
    for (const { run } of machine.missed.splice(0)) if (run) this.after(0, run, machine);
  }

  /** One way only. Blocks add up. */
  block(from: string, to: string): void {
    const way = `${from}>${to}`;
    this.blocked.set(way, (this.blocked.get(way) ?? 0) + 1);
  }

  unblock(from: string, to: string): void {
    const way = `${from}>${to}`;
    this.blocked.set(way, this.blocked.get(way)! - 1);
    if (this.blocked.get(way)! > 0) return;
    for (const retry of this.waiting.get(way)?.splice(0) ?? []) retry();
  }

  /** Runs at `to` once the network lets it through, as retransmission does; never if that machine is gone. */
  transmit(from: Machine, to: Machine, run: () => void): void {
    if (to.state === 'lost') return;
    const way = `${from.name}>${to.name}`;
    if ((this.blocked.get(way) ?? 0) > 0) {
      const waiting = this.waiting.get(way) ?? [];
      this.waiting.set(way, waiting);
      waiting.push(() => this.transmit(from, to, run));
      return;
    }
    this.after(1 + this.random() * 20, run);
  }

  /** As a socket opens: the kernel of a hung process still accepts. */
  connect(from: Machine, address: string): Promise<StreamOutcome> {
    return new Promise((resolve) => {
      const fail = (why: string) => resolve({ kind: 'failed', error: new Error(why) });
      const timeout = from.setTimeout(() => fail('timeout'), CONNECT_MS);
      const to = this.machines.find((machine) => machine.listeners.has(address) && machine.state !== 'lost');
      // Nobody has the address, or had: half of the networks say so, the others are silent.
      if (!to) {
        if (this.random() < 0.5) from.setTimeout(() => fail('refused'), 5);
        return;
      }
      this.transmit(from, to, () => {
        const [here, there] = SimulatedStream.pair(this, from, to);
        this.after(0, () => to.listeners.get(address)?.(there), to);
        this.transmit(to, from, () => {
          this.after(
            0,
            () => {
              from.clearTimeout(timeout);
              resolve({ kind: 'connected', stream: here });
            },
            from,
          );
        });
      });
    });
  }
}

/** One end of a connection. What it sends arrives in order, late or never. */
class SimulatedStream implements FrameStream {
  readonly queuedBytes = 0;
  bytesRead = 0;
  private twin!: SimulatedStream;
  private receiver: FrameReceiver | undefined;
  private readonly unread: Uint8Array[] = [];
  private readonly outbox: (() => void)[] = [];
  private isEnding = false;
  private isClosed = false;
  private isAdmitted = false;

  private constructor(
    private readonly world: SimulatedWorld,
    private readonly machine: Machine,
  ) {}

  static pair(world: SimulatedWorld, a: Machine, b: Machine): [SimulatedStream, SimulatedStream] {
    const ends: [SimulatedStream, SimulatedStream] = [
      new SimulatedStream(world, a),
      new SimulatedStream(world, b),
    ];
    [ends[0].twin, ends[1].twin] = [ends[1], ends[0]];
    return ends;
  }

  open(receiver: FrameReceiver): void {
    const read = () => {
      this.receiver = receiver;
      for (const frame of this.unread.splice(0)) this.read(frame);
      if (this.isClosed) receiver.closed(undefined);
    };
    this.world.after(0, read, this.machine);
  }

  handOver(receiver: FrameReceiver): void {
    this.receiver = receiver;
    this.isAdmitted = true;
  }

  send(frame: Uint8Array): boolean {
    if (this.isEnding) return false;
    const bytes = Uint8Array.from(frame);
    this.post(() => this.twin.arrive(() => this.twin.read(bytes)));
    return true;
  }

  ping(): void {
    if (!this.isEnding) this.post(() => this.twin.arrive(() => this.twin.pong()));
  }

  end(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.post(() => this.twin.arrive(() => this.twin.ended()));
    this.machine.setTimeout(() => this.close(), FLUSH_MS);
  }

  cut(): void {
    if (this.isClosed) return;
    if (!this.isEnding) this.post(() => this.twin.arrive(() => this.twin.ended()));
    this.isEnding = true;
    this.machine.setTimeout(() => this.close(), 0);
  }

  private pong(): void {
    this.bytesRead++;
    if (this.isAdmitted && !this.isEnding) this.post(() => this.twin.arrive(() => this.twin.bytesRead++));
  }

  private read(frame: Uint8Array): void {
    if (!this.receiver) return void this.unread.push(frame);
    this.bytesRead += frame.length;
    if (!this.isEnding) this.receiver.frame(frame);
  }

  /** The other side has finished. */
  private ended(): void {
    if (!this.isEnding) this.post(() => this.twin.arrive(() => this.twin.ended()));
    this.isEnding = true;
    this.close();
  }

  private close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isEnding = true;
    this.receiver?.closed(undefined);
  }

  /** In the kernel: to a socket that is gone it answers by itself, to a process that hangs it keeps what has come. */
  private arrive(run: () => void): void {
    if (this.isClosed) {
      this.world.transmit(this.machine, this.twin.machine, () =>
        this.world.after(0, () => this.twin.close(), this.twin.machine),
      );
    } else this.world.after(0, () => !this.isClosed && run(), this.machine);
  }

  /** Hands over one after the other, so that nothing overtakes. */
  private post(deliver: () => void): void {
    this.outbox.push(deliver);
    if (this.outbox.length === 1) this.ship();
  }

  private ship(): void {
    this.world.transmit(this.machine, this.twin.machine, () => {
      this.outbox[0]!();
      this.outbox.shift();
      if (this.outbox.length > 0) this.ship();
    });
  }
}

class Heap {
  private readonly items: Task[] = [];

  peek(): Task | undefined {
    return this.items[0];
  }

  push(task: Task): void {
    const { items } = this;
    let at = items.push(task) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(task, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = task;
  }

  pop(): void {
    const { items } = this;
    const last = items.pop()!;
    if (items.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
  }
}

function before(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
