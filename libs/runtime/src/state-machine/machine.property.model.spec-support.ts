import {
  EVENTS,
  type Program,
  type Rule,
  type Sent,
  type State,
} from './machine.property.programs.spec-support.js';

/** What can be seen of a run. */
export interface Seen {
  readonly trace: string[];
  /** How each call ended; undefined: not yet. */
  readonly ends: (string | undefined)[];
  readonly noHandler: number;
  readonly gaveUp: number;
  readonly alive: boolean;
  /** Timers that run: timeouts, and callers who wait. */
  readonly timers: number;
}

interface Queued {
  readonly kind: 'call' | 'cast' | 'stateTimeout' | 'eventTimeout';
  readonly id: number;
  readonly event: number;
}

/** What gen_statem would do, over plain data. */
export class Model {
  readonly trace: string[] = [];
  readonly ends: (string | undefined)[] = [];
  private now = 0;
  private state: State = 'a';
  private queue: Queued[] = [];
  private postponed: Queued[] = [];
  private due: { stateTimeout?: { at: number; id: number }; eventTimeout?: { at: number; id: number } } = {};
  private readonly patience: number[] = [];
  private count = 0;
  private noHandler = 0;
  private gaveUp = 0;
  private alive = true;

  constructor(private readonly program: Program) {
    const { enter } = program.a;
    this.trace.push('0 undefined > a');
    if (enter.fails) this.alive = false;
    else this.arm(enter.timeoutMs, enter.eventTimeoutMs);
  }

  send({ kind, event, patienceMs }: Sent): void {
    const id = this.ends.push(undefined) - 1;
    this.patience[id] = this.now + patienceMs;
    if (this.alive) this.queue.push({ kind, id, event });
    else if (kind === 'call') this.ends[id] = 'noproc';
    if (kind === 'cast') this.ends[id] = 'cast';
  }

  pass(ms: number): void {
    const end = this.now + ms;
    this.work();
    for (let at = this.nextDue(); at <= end; at = this.nextDue()) {
      this.now = at;
      this.ends.forEach((ended, id) => {
        if (!ended && this.patience[id] === at) this.ends[id] = 'call_timeout';
      });
      for (const kind of ['stateTimeout', 'eventTimeout'] as const) {
        const timeout = this.due[kind];
        if (timeout?.at === at) this.queue.push({ kind, id: timeout.id, event: -1 });
      }
      // Two of one moment come in the order in which they were set.
      if (this.queue.length === 2 && this.queue[0]!.id > this.queue[1]!.id) this.queue.reverse();
      this.work();
    }
    this.now = end;
  }

  seen(): Seen {
    const { trace, ends, noHandler, gaveUp, alive } = this;
    const waiting = ends.filter((ended, id) => !ended && this.patience[id]! < Infinity).length;
    const timers = Object.values(this.due).filter((d) => d !== undefined).length + waiting;
    return { trace, ends, noHandler, gaveUp, alive, timers };
  }

  private nextDue(): number {
    const waits = this.patience.filter((at, id) => !this.ends[id] && at > this.now);
    const timeouts = Object.values(this.due).map((d) => d?.at ?? Infinity);
    // No advance goes so far, and Infinity <= Infinity.
    return Math.min(1e9, ...waits, ...timeouts);
  }

  private work(): void {
    for (let event = this.queue.shift(); event && this.alive; event = this.queue.shift()) this.handle(event);
  }

  private handle(event: Queued): void {
    const { kind, id } = event;
    const rules = this.program[this.state];
    if (kind === 'call' && this.ends[id]) return void this.gaveUp++;
    let found: Rule | undefined;
    if (kind === 'call' || kind === 'cast') {
      found = rules.events[event.event];
      if (!found && kind === 'cast') this.noHandler++;
      if (!found && kind === 'call') this.ends[id] = 'invalid_message';
      if (!found) return;
      this.trace.push(`${this.now} ${this.state} ${kind} ${EVENTS[event.event]}`);
    } else {
      if (this.due[kind]?.id !== id) return;
      this.due[kind] = undefined;
      found = rules[kind];
      this.trace.push(`${this.now} ${this.state} ${kind}`);
    }
    const from = this.state;
    const to = found.to ?? from;
    const enter = to === from ? undefined : this.program[to].enter;
    if (!found.fails && enter) this.trace.push(`${this.now} ${from} > ${to}`);
    if (found.fails || enter?.fails) return this.failed(event);
    this.state = to;
    this.due.eventTimeout = undefined;
    if (enter) this.due.stateTimeout = undefined;
    this.arm(enter?.timeoutMs ?? found.timeoutMs, enter?.eventTimeoutMs ?? found.eventTimeoutMs);
    if (found.postpone) this.postponed.push(event);
    else if (kind === 'call') this.ends[id] = `from ${from}`;
    if (!enter) return;
    this.queue = [...this.postponed, ...this.queue];
    this.postponed = [];
  }

  private arm(stateMs: number | undefined, eventMs: number | undefined): void {
    const set = (kind: 'stateTimeout' | 'eventTimeout', ms: number) => {
      this.due[kind] = ms === Infinity ? undefined : { at: this.now + ms, id: 1_000 + ++this.count };
    };
    if (stateMs !== undefined) set('stateTimeout', stateMs);
    if (eventMs !== undefined) set('eventTimeout', eventMs);
  }

  private failed({ kind, id }: Queued): void {
    if (kind === 'call') return void (this.ends[id] = 'remote_error');
    this.alive = false;
    this.due = {};
    for (const left of [...this.postponed, ...this.queue]) {
      if (left.kind === 'call') this.ends[left.id] ??= 'noproc';
    }
  }
}
