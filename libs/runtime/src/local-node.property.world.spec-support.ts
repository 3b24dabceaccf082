import type { ExitReason, NoexError, ProcessRef } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { NO_HANDLER } from './behavior.js';
import { LocalNode } from './local-node.js';
import { CRASH, type Command, type Ending } from './local-node.property.commands.spec-support.js';
import type { ProcessContext } from './process-context.js';
import { puppetDriver, type Work } from './puppet.spec-support.js';

/** What was seen of one process. */
export interface Seen {
  readonly ref: ProcessRef;
  readonly trap: boolean;
  /** What a monitor from its first moment was told: the truth about its end. */
  readonly ends: ExitReason[];
  readonly exits: { from: ProcessRef; reason: ExitReason }[];
  readonly downs: { monitor: number; reason: ExitReason }[];
}

/** A node, what was done to it and what was seen. */
export class World {
  readonly clock = new VirtualClock();
  readonly node = new LocalNode({ id: 'n1', incarnation: 1, clock: this.clock });
  readonly seen: Seen[] = [];
  readonly watches: {
    by: Seen;
    of: Seen;
    number: number;
    /** What the target's monitor had been told when the watch began. */
    endedBefore: boolean;
    droppedAfter: number | undefined;
  }[] = [];
  readonly links: { a: Seen; b: Seen; undone: boolean }[] = [];
  readonly calls: { started: number; ends: unknown[]; ending: Ending }[] = [];
  readonly chatter = new Map<string, number[]>();
  private readonly gates: (() => void)[] = [];
  private readonly active = new Map<number, number>();
  private said = 0;
  readonly overlaps: number[] = [];

  private readonly driver = puppetDriver({
    init: (cell, trap) => cell.context.trapExits(trap as boolean),
    call: (cell, _name, work) => this.alone(cell.context, work as Work),
    cast: (cell, _name, work) => this.alone(cell.context, work as Work),
    info: (cell, name, payload) => {
      if (name !== 'EXIT') return NO_HANDLER;
      this.of(cell.context.self)?.exits.push(payload as Seen['exits'][number]);
      return undefined;
    },
    down: (cell, down) => void this.of(cell.context.self)?.downs.push(down),
  });

  of(ref: ProcessRef): Seen | undefined {
    return this.seen.find((process) => process.ref.equals(ref));
  }

  pick(n: number): Seen | undefined {
    return this.seen[n % this.seen.length];
  }

  /** Notes handlers of one process that overlap. */
  private alone(context: ProcessContext, work: Work): unknown {
    const { id } = context.self;
    const count = (this.active.get(id) ?? 0) + 1;
    this.active.set(id, count);
    if (count > 1) this.overlaps.push(id);
    const leave = () => this.active.set(id, this.active.get(id)! - 1);
    let result: unknown;
    try {
      result = work(context);
    } catch (error) {
      leave();
      throw error;
    }
    if (!(result instanceof Promise)) {
      leave();
      return result;
    }
    return result.finally(leave);
  }

  private end(context: ProcessContext, how: Ending): unknown {
    if (how === 'throw' || how === 'crash') throw CRASH;
    if (how === 'stop') context.stop();
    if (how === 'suicide') this.node.exit(context.self, 'kill');
    return 'reply';
  }

  private work(how: Ending, takesTime: boolean, started?: () => void): Work {
    return (context) => {
      started?.();
      if (!takesTime) return this.end(context, how);
      return new Promise<void>((resolve) => this.gates.push(resolve)).then(() => this.end(context, how));
    };
  }

  async do(command: Command): Promise<void> {
    const { node } = this;
    switch (command.kind) {
      case 'spawn': {
        const name = command.name < 3 ? `name ${command.name}` : undefined;
        const spawned = await node
          .spawn(this.driver, { args: command.trap, ...(name === undefined ? {} : { name }) })
          .catch((error: NoexError) => error.code);
        if (typeof spawned === 'string') return;
        const process: Seen = { ref: spawned, trap: command.trap, ends: [], exits: [], downs: [] };
        this.seen.push(process);
        node.monitor(spawned, (reason) => process.ends.push(reason));
        return;
      }
      case 'release':
        this.gates.splice(0).forEach((open) => open());
        return;
      case 'rest':
        return this.clock.advance(command.ms);
      default:
        if (this.seen.length > 0) this.touch(command);
    }
  }

  private touch(command: Exclude<Command, { kind: 'spawn' | 'release' | 'rest' }>): void {
    const { node } = this;
    const target = 'to' in command ? this.pick(command.to)! : undefined;
    const actor = 'from' in command ? this.pick(command.from)! : undefined;
    const tell = (work: Work) => node.cast(actor!.ref, 'do', work);
    switch (command.kind) {
      case 'call': {
        const call = { started: 0, ends: [] as unknown[], ending: command.ending };
        this.calls.push(call);
        const work = this.work(command.ending, command.slow, () => call.started++);
        node.call(target!.ref, 'do', work, { timeoutMs: command.timeoutMs }).then(
          (value) => call.ends.push(value),
          (error: unknown) => call.ends.push(error),
        );
        return;
      }
      case 'cast':
        return void node.cast(target!.ref, 'do', this.work(command.ending, command.slow));
      case 'chatter':
        tell((context) => {
          for (let n = 0; n < command.count; n++) {
            const number = ++this.said;
            context.cast(target!.ref, 'do', () => this.heard(actor!, target!, number));
          }
        });
        return;
      case 'timer':
        return void tell((context) => context.sendAfter(command.ms, 'tick', 0, target!.ref));
      case 'link':
        tell((context) => {
          this.links.push({ a: actor!, b: target!, undone: false });
          context.link(target!.ref);
        });
        return;
      case 'unlink':
        tell((context) => {
          const joins = ({ a, b }: { a: Seen; b: Seen }) =>
            (a === actor && b === target) || (a === target && b === actor);
          this.links.filter(joins).forEach((link) => (link.undone = true));
          context.unlink(target!.ref);
        });
        return;
      case 'monitor':
        tell((context) => {
          const endedBefore = target!.ends.length > 0;
          const number = context.monitor(target!.ref);
          this.watches.push({ by: actor!, of: target!, number, endedBefore, droppedAfter: undefined });
        });
        return;
      case 'demonitor':
        tell((context) => {
          const own = this.watches.filter(({ by }) => by === actor);
          const watch = own[command.which % own.length];
          if (!watch) return;
          context.demonitor(watch.number);
          watch.droppedAfter ??= this.news(watch).length;
        });
        return;
      case 'exit':
        return node.exit(target!.ref, command.reason);
      case 'kill':
        return node.exit(target!.ref, 'kill');
    }
  }

  private heard(by: Seen, at: Seen, number: number): void {
    const key = `${by.ref.id} to ${at.ref.id}`;
    this.chatter.set(key, [...(this.chatter.get(key) ?? []), number]);
  }

  news({ by, number }: { by: Seen; number: number }): ExitReason[] {
    return by.downs.filter((down) => down.monitor === number).map((down) => down.reason);
  }

  /** Lets all handlers end, and what they bring about. */
  async rest(): Promise<void> {
    await this.clock.advance(0);
    while (this.gates.length > 0) {
      await this.do({ kind: 'release' });
      await this.clock.advance(0);
    }
  }

  /** Everything ends; whatever is left then is a leak. */
  async endAll(): Promise<void> {
    for (const { ref } of this.seen) this.node.exit(ref, 'shutdown');
    await this.clock.advance(0);
    expect(this.node.processCount).toBe(0);
    expect(this.node.wheel.size).toBe(0);
    expect(this.node.queuedMessages).toBe(0);
    expect([0, 1, 2].map((n) => this.node.whereis(`name ${n}`))).toEqual([undefined, undefined, undefined]);
    expect(await this.node.stop(0)).toBe(0);
    expect(this.clock.pending).toBe(0);
    for (const { ends } of this.seen) expect(ends).toHaveLength(1);
    expect(this.overlaps).toEqual([]);
  }
}
