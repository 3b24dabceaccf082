import { NoexError, type ExitReason, type ProcessRef } from '@noex/contracts';
import fc from 'fast-check';
import { VirtualClock } from '@noex/testing';
import { NO_HANDLER, type BehaviorDriver } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { ProcessContext } from './process-context.js';

/*
 * Two properties over the same operations. In the first each operation comes to rest before the next: a pure model then
 * says exactly what has to be. In the second they come in bursts and handlers take their time: what must hold is said by
 * rules over what was observed.
 */

const CRASH = new Error('crash');
type Ending = 'reply' | 'throw' | 'stop' | 'crash' | 'suicide';
type Command =
  | { kind: 'spawn'; trap: boolean; name: number }
  | { kind: 'call'; to: number; ending: Ending; slow: boolean; timeoutMs: number }
  | { kind: 'cast'; to: number; ending: Ending; slow: boolean }
  | { kind: 'chatter'; from: number; to: number; count: number }
  | { kind: 'timer'; from: number; to: number; ms: number }
  | { kind: 'link' | 'unlink' | 'monitor'; from: number; to: number }
  | { kind: 'demonitor'; from: number; which: number }
  | { kind: 'exit'; to: number; reason: ExitReason }
  | { kind: 'kill'; to: number }
  | { kind: 'release' }
  | { kind: 'rest'; ms: number };

const index = fc.nat(9);
const ending = fc.constantFrom<Ending>('reply', 'reply', 'throw', 'stop', 'crash', 'suicide');
const from = index;
const to = index;
const slow = fc.boolean();
const kind = <K extends string>(...kinds: K[]) => fc.constantFrom(...kinds);

const exact: fc.Arbitrary<Command>[] = [
  fc.record({ kind: kind('spawn'), trap: fc.boolean(), name: fc.nat(6) }),
  fc.record({ kind: kind('spawn'), trap: fc.boolean(), name: fc.constant(9) }),
  fc.record({ kind: kind('call'), to, ending, slow: fc.constant(false), timeoutMs: fc.constant(50) }),
  fc.record({ kind: kind('cast'), to, ending, slow: fc.constant(false) }),
  fc.record({ kind: kind('link'), from, to }),
  fc.record({ kind: kind('link', 'monitor'), from, to }),
  fc.record({ kind: kind('unlink', 'monitor'), from, to }),
  fc.record({ kind: kind('demonitor'), from, which: fc.nat(3) }),
  fc.record({
    kind: kind('exit'),
    to,
    reason: fc.constantFrom<ExitReason>('normal', 'shutdown', 'odd', CRASH),
  }),
  fc.record({ kind: kind('kill'), to }),
];
const racy: fc.Arbitrary<Command>[] = [
  ...exact,
  fc.record({ kind: kind('call'), to, ending, slow, timeoutMs: fc.constantFrom(5, 50, 5_000, Infinity) }),
  fc.record({ kind: kind('cast'), to, ending, slow }),
  fc.record({ kind: kind('chatter'), from, to, count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: kind('timer'), from, to, ms: fc.nat(60) }),
  fc.record({ kind: kind('release') }),
  fc.record({ kind: kind('rest'), ms: fc.constantFrom(0, 0, 10, 100) }),
];
const commands = (kinds: fc.Arbitrary<Command>[]) => fc.array(fc.oneof(...kinds), { maxLength: 40 });

// However slow the machine, no turn of the scheduler ends early: `advance(0)` brings everything to rest.
beforeAll(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterAll(() => jest.restoreAllMocks());

type Work = (context: ProcessContext) => unknown;

/** What was seen of one process. */
interface Seen {
  readonly ref: ProcessRef;
  readonly trap: boolean;
  /** What a monitor from its first moment was told: the truth about its end. */
  readonly ends: ExitReason[];
  readonly exits: { from: ProcessRef; reason: ExitReason }[];
  readonly downs: { monitor: number; reason: ExitReason }[];
}

/** A node, what was done to it and what was seen. */
class World {
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

  private readonly driver: BehaviorDriver = {
    name: 'puppet',
    crashOnCallError: false,
    shutdownMs: 1000,
    init: (cell, trap) => cell.context.trapExits(trap as boolean),
    call: (cell, _name, work) => this.alone(cell.context, work as Work),
    cast: (cell, _name, work) => this.alone(cell.context, work as Work),
    info: (cell, name, payload) => {
      if (name !== 'EXIT') return NO_HANDLER;
      this.of(cell.context.self)?.exits.push(payload as Seen['exits'][number]);
      return undefined;
    },
    down: (cell, down) => void this.of(cell.context.self)?.downs.push(down),
    terminate: undefined,
  };

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

/** The rules of OTP, in the small. */
class Model {
  readonly processes: {
    trap: boolean;
    end: ExitReason | undefined;
    links: Set<number>;
    exits: { from: number; reason: ExitReason }[];
    downs: ExitReason[];
    watches: { of: number; active: boolean }[];
    name: number | undefined;
  }[] = [];
  readonly replies: string[] = [];

  private alive(n: number): boolean {
    return this.processes[n]!.end === undefined;
  }

  private die(n: number, reason: ExitReason): void {
    const process = this.processes[n]!;
    if (process.end !== undefined) return;
    process.end = reason;
    process.name = undefined;
    for (const other of process.links) {
      this.processes[other]!.links.delete(n);
      this.signal(other, n, reason);
    }
    this.processes.forEach((watcher) => {
      for (const watch of watcher.watches) {
        if (watch.of !== n || !watch.active) continue;
        watch.active = false;
        if (watcher.end === undefined) watcher.downs.push(reason);
      }
    });
  }

  private signal(n: number, from: number, reason: ExitReason): void {
    const process = this.processes[n]!;
    if (process.end !== undefined) return;
    if (process.trap) process.exits.push({ from, reason });
    else if (reason !== 'normal') this.die(n, reason);
  }

  do(command: Command): void {
    if (command.kind === 'spawn') {
      const name = command.name < 3 ? command.name : undefined;
      if (name !== undefined && this.processes.some((process) => process.name === name)) return;
      this.processes.push({
        trap: command.trap,
        end: undefined,
        links: new Set(),
        exits: [],
        downs: [],
        watches: [],
        name,
      });
      return;
    }
    const count = this.processes.length;
    if (count === 0) return;
    const target = 'to' in command ? command.to % count : -1;
    const actor = 'from' in command ? command.from % count : -1;
    if (actor >= 0 && !this.alive(actor)) return;
    const own = this.processes[actor];
    switch (command.kind) {
      case 'call':
        this.replies.push(this.alive(target) ? replyTo(command.ending) : 'noproc');
        if (command.ending === 'stop') this.die(target, 'normal');
        if (command.ending === 'suicide') this.die(target, 'killed');
        return;
      case 'cast':
        if (command.ending === 'stop') this.die(target, 'normal');
        if (command.ending === 'suicide') this.die(target, 'killed');
        if (command.ending === 'throw' || command.ending === 'crash') this.die(target, CRASH);
        return;
      case 'link':
        if (!this.alive(target)) return this.signal(actor, target, 'noproc');
        if (target === actor) return;
        own!.links.add(target);
        this.processes[target]!.links.add(actor);
        return;
      case 'unlink':
        own!.links.delete(target);
        this.processes[target]!.links.delete(actor);
        return;
      case 'monitor':
        own!.watches.push({ of: target, active: this.alive(target) });
        if (!this.alive(target)) own!.downs.push('noproc');
        return;
      case 'demonitor': {
        const watch = own!.watches[command.which % own!.watches.length];
        if (watch) watch.active = false;
        return;
      }
      case 'exit':
        return this.die(target, command.reason);
      case 'kill':
        return this.die(target, 'killed');
    }
  }
}

function replyTo(how: Ending): string {
  if (how === 'suicide') return 'process_exited';
  return how === 'throw' || how === 'crash' ? 'remote_error' : 'reply';
}

const codeOf = (value: unknown) => (value instanceof NoexError ? value.code : value);

it('operations that each come to rest do exactly what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(commands(exact), async (list) => {
      const world = new World();
      const model = new Model();
      for (const command of list) {
        await world.do(command);
        await world.clock.advance(0);
        model.do(command);
        expect(
          world.seen.map(({ ref, ends, exits, downs }) => ({
            alive: world.node.isAlive(ref),
            ends,
            exits: exits.map(({ from: { id }, reason }) => `${id} ${String(reason)}`).sort(),
            downs: downs.map((down) => String(down.reason)).sort(),
          })),
        ).toEqual(
          model.processes.map(({ end, exits, downs }) => ({
            alive: end === undefined,
            ends: end === undefined ? [] : [end],
            exits: exits.map((exit) => `${world.seen[exit.from]!.ref.id} ${String(exit.reason)}`).sort(),
            downs: downs.map(String).sort(),
          })),
        );
      }
      expect(world.calls.map(({ ends }) => ends.map(codeOf))).toEqual(model.replies.map((reply) => [reply]));
      await world.endAll();
    }),
    { numRuns: 5000 },
  );
});

it('operations in bursts, with handlers that take their time, break none of the promises', async () => {
  await fc.assert(
    fc.asyncProperty(commands(racy), async (list) => {
      const world = new World();
      for (const command of list) await world.do(command);
      await world.rest();

      const alive = (process: Seen) => world.node.isAlive(process.ref);
      for (const { a, b, undone } of world.links) {
        for (const [gone, other] of [
          [a, b],
          [b, a],
        ] as const) {
          if (undone || gone === other || alive(gone) || !alive(other)) continue;
          // It lives on because it heard of the end, or because that was normal.
          if (other.trap) expect(other.exits.filter(({ from }) => from.equals(gone.ref))).not.toEqual([]);
          else expect(gone.ends).toEqual(['normal']);
        }
      }
      for (const watch of world.watches) {
        if (watch.droppedAfter !== undefined || !alive(watch.by)) continue;
        expect(world.news(watch)).toHaveLength(alive(watch.of) ? 0 : 1);
      }
      await world.endAll();

      for (const { started, ends, ending: how } of world.calls) {
        expect(ends).toHaveLength(1);
        const [end] = ends;
        expect(started).toBeLessThanOrEqual(1);
        if (!(end instanceof NoexError)) expect([end, started]).toEqual(['reply', 1]);
        else if (end.outcome === 'not-run') expect([end.code, started]).toEqual(['noproc', 0]);
        else if (end.outcome === 'ran') expect([replyTo(how), started]).toEqual(['remote_error', 1]);
        else if (end.code === 'process_exited') expect(started).toBe(1);
        else expect(end.code).toBe('call_timeout');
      }
      for (const watch of world.watches) {
        const news = world.news(watch);
        if (watch.droppedAfter !== undefined) expect(news).toHaveLength(watch.droppedAfter);
        if (news.length > 0) expect(news).toEqual([watch.endedBefore ? 'noproc' : watch.of.ends[0]]);
      }
      for (const numbers of world.chatter.values()) {
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      }
      for (const process of world.seen) {
        for (const { from, reason } of process.exits) {
          expect(['noproc', world.of(from)!.ends[0]]).toContainEqual(reason);
        }
      }
    }),
    { numRuns: 5000 },
  );
});
