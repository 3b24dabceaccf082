import { describeExit, type ExitReason, type LogFields, type ProcessRef } from '@noex/contracts';
import {
  LocalNode,
  NO_HANDLER,
  startSupervisor,
  type BehaviorDriver,
  type ChildSpec,
  type ProcessContext,
  type Supervisor,
  type SupervisorSpec,
} from '@noex/runtime';
import { VirtualClock } from '@noex/testing';

export interface Gate {
  readonly promise: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open };
}

/** What one actor does on its cues; by default all at once. */
export interface Part {
  /** `init` waits for it. */
  start?: Promise<unknown>;
  /** `terminate` waits for it. */
  stop?: Promise<unknown>;
  /** How long `init` and `terminate` take, in virtual milliseconds. */
  startMs?: number;
  stopMs?: number;
  /** So many starts fail. */
  failures?: number;
  traps?: boolean;
}

/** A node with virtual time whose processes write down when they begin and end. */
export class Troupe {
  readonly clock = new VirtualClock();
  /** `begin a`, `end a: reason`, as it happens. */
  readonly log: string[] = [];
  /** Events of the log lines at `warn` and `error`. */
  readonly events: { event: unknown; fields: LogFields }[] = [];
  readonly node: LocalNode;
  /** How many processes of each id live now. */
  readonly living = new Map<string, number>();
  /** The most that lived at once, of any id. */
  twins = 1;
  private readonly parts = new Map<string, Part>();
  private readonly refs = new Map<string, ProcessRef>();

  constructor(options: { mailboxLimit?: number } = {}) {
    const write = (_: string, fields: LogFields = {}) =>
      void this.events.push({ event: fields.event, fields });
    const logger = { debug() {}, info() {}, warn: write, error: write };
    this.node = new LocalNode({ id: 'n1', incarnation: 1, clock: this.clock, logger, ...options });
    this.node.addBehavior(this.actor);
  }

  readonly actor: BehaviorDriver = {
    name: 'actor',
    crashOnCallError: false,
    shutdownMs: Infinity,
    init: async (cell, args) => {
      const id = String(args);
      const part = this.part(id);
      this.refs.set(id, cell.context.self);
      this.log.push(`begin ${id}`);
      this.living.set(id, (this.living.get(id) ?? 0) + 1);
      this.twins = Math.max(this.twins, this.living.get(id)!);
      this.node.monitor(cell.context.self, (reason) => this.ended(id, reason));
      cell.state = id;
      if (part.traps) cell.context.trapExits(true);
      await part.start;
      if (part.startMs) await this.wait(part.startMs);
      if (part.failures) {
        part.failures--;
        throw new Error(`${id} cannot start`);
      }
    },
    call: (cell, name, work) =>
      name === 'do' ? (work as (context: ProcessContext) => unknown)(cell.context) : NO_HANDLER,
    cast: () => NO_HANDLER,
    info: () => NO_HANDLER,
    down: () => NO_HANDLER,
    terminate: (cell) => {
      const { stop, stopMs } = this.part(String(cell.state));
      return stop ?? (stopMs ? this.wait(stopMs) : undefined);
    },
  };

  private ended(id: string, reason: ExitReason): void {
    this.log.push(`end ${id}: ${describeExit(reason)}`);
    this.living.set(id, this.living.get(id)! - 1);
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimeout(resolve, ms));
  }

  part(id: string): Part {
    let part = this.parts.get(id);
    if (!part) this.parts.set(id, (part = {}));
    return part;
  }

  /** The last process of this id. */
  ref(id: string): ProcessRef {
    return this.refs.get(id)!;
  }

  child(id: string, more: Partial<ChildSpec> = {}): ChildSpec {
    return { id, behavior: 'actor', args: id, ...more };
  }

  start(spec: SupervisorSpec): Promise<Supervisor> {
    return startSupervisor(this.node, spec);
  }

  /** Starts a supervisor of permanent actors that may restart often, and forgets the log of the start. */
  async supervise(ids: string, spec: Omit<SupervisorSpec, 'children'> = {}): Promise<Supervisor> {
    const supervisor = await this.start({
      maxRestarts: 1000,
      ...spec,
      ...(spec.strategy === 'dynamic' ? {} : { children: [...ids].map((id) => this.child(id)) }),
    });
    this.takeLog();
    return supervisor;
  }

  exit(id: string, reason: ExitReason = 'crash'): void {
    this.node.exit(this.ref(id), reason);
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }

  takeLog(): string[] {
    return this.log.splice(0);
  }

  /** What must be true once everything is stopped. */
  expectEmpty(): void {
    expect({
      processes: this.node.processCount,
      timers: this.node.wheel.size,
      living: [...this.living].filter(([, count]) => count !== 0),
    }).toEqual({ processes: 0, timers: 0, living: [] });
  }
}

/** What a promise rejects with; fails when it does not. */
export function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`expected a failure, got ${String(value)}`)),
    (error: unknown) => error,
  );
}
