import fc from 'fast-check';
import { Troupe } from '../../../../test/support/troupe.js';
import { stopSupervisor } from './supervisor.js';
import type { RestartPolicy, Strategy } from './supervisor-spec.js';

interface ModelChild {
  readonly id: string;
  readonly restart: RestartPolicy;
  running: boolean;
}

/** A supervisor as a list and a log: what the real one must be at rest. */
class Model {
  log: string[] = [];
  children: ModelChild[] = [];
  over = false;
  readonly failures = new Map<string, number>();
  private restarts: number[] = [];

  constructor(
    private readonly strategy: Strategy,
    private readonly maxRestarts: number,
    private readonly withinMs: number,
  ) {}

  add(child: ModelChild): void {
    this.children.push(child);
    if (!this.start(child)) this.remove(child);
  }

  start(child: ModelChild): boolean {
    this.log.push(`begin ${child.id}`);
    const failures = this.failures.get(child.id) ?? 0;
    child.running = failures === 0;
    if (!child.running) {
      this.failures.set(child.id, failures - 1);
      this.log.push(`end ${child.id}: Error: ${child.id} cannot start`);
    }
    return child.running;
  }

  end(child: ModelChild, reason: string, now: number): void {
    this.log.push(`end ${child.id}: ${reason}`);
    child.running = false;
    const abnormal = reason !== 'normal' && reason !== 'shutdown';
    if (child.restart === 'permanent' || (child.restart === 'transient' && abnormal))
      this.restart(child, now);
    else this.forget(child);
  }

  terminate(child: ModelChild): void {
    this.stop(child);
    this.forget(child);
  }

  stopAll(): void {
    this.over = true;
    const children = [...this.children];
    for (const child of this.strategy === 'dynamic' ? children : children.reverse()) this.stop(child);
  }

  remove(child: ModelChild): void {
    this.children = this.children.filter((other) => other !== child);
  }

  private restart(child: ModelChild, now: number): void {
    this.restarts.push(now);
    if (this.restarts.filter((at) => now - at <= this.withinMs).length > this.maxRestarts) {
      this.stopAll();
      return;
    }
    const at = this.children.indexOf(child);
    const [from, to] =
      this.strategy === 'one_for_all'
        ? [0, Infinity]
        : [at, this.strategy === 'rest_for_one' ? Infinity : at + 1];
    for (const other of this.children.slice(from, to).reverse()) {
      this.stop(other);
      if (other.restart === 'temporary') this.remove(other);
    }
    const failed = this.children.slice(from, to).find((other) => !this.start(other));
    if (failed) this.restart(failed, now);
  }

  private stop(child: ModelChild): void {
    if (child.running) this.log.push(`end ${child.id}: shutdown`);
    child.running = false;
  }

  private forget(child: ModelChild): void {
    if (this.strategy === 'dynamic' || child.restart === 'temporary') this.remove(child);
  }
}

const policy = fc.constantFrom<RestartPolicy>('permanent', 'transient', 'temporary');
const nth = fc.nat(20);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      nth,
      reason: fc.constantFrom('crash', 'normal', 'shutdown', 'kill'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), restart: policy }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('terminate', 'restart', 'delete' as const), nth }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), nth, times: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(400) }) },
);

describe('a supervisor, whatever happens to its children', () => {
  it.each(['one_for_one', 'one_for_all', 'rest_for_one', 'dynamic'] as const)(
    '(%s) starts, stops and keeps them as its model says, and leaves none',
    async (strategy) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(policy, { maxLength: 5 }),
          fc.integer({ min: 0, max: 4 }),
          fc.integer({ min: 1, max: 1000 }),
          fc.array(step, { maxLength: 25 }),
          async (initial, maxRestarts, withinMs, steps) => {
            const troupe = new Troupe();
            const model = new Model(strategy, maxRestarts, withinMs);
            let names = 0;
            const name = () => `c${names++}`;
            const supervisor = await troupe.start({ strategy, maxRestarts, withinMs });
            const add = async (restart: RestartPolicy) => {
              const id = name();
              model.add({ id, restart, running: false });
              await supervisor.startChild(troupe.child(id, { restart }));
            };
            for (const restart of initial) await add(restart);

            for (const current of steps) {
              if (model.over) break;
              const child =
                'nth' in current ? model.children[current.nth % model.children.length] : undefined;
              if (current.kind === 'add') await add(current.restart);
              else if (current.kind === 'wait') await troupe.clock.advance(current.ms);
              else if (!child) continue;
              else if (current.kind === 'fail') {
                model.failures.set(child.id, current.times);
                troupe.part(child.id).failures = current.times;
              } else if (current.kind === 'end') {
                if (!child.running) continue;
                model.end(child, current.reason === 'kill' ? 'killed' : current.reason, troupe.clock.now());
                troupe.exit(child.id, current.reason);
              } else if (current.kind === 'terminate') {
                model.terminate(child);
                await supervisor.terminateChild(child.id);
              } else {
                const refused = child.running || strategy === 'dynamic';
                const asked =
                  current.kind === 'restart'
                    ? supervisor.restartChild(child.id)
                    : supervisor.deleteChild(child.id);
                const done = await asked.then(
                  () => true,
                  () => false,
                );
                const succeeds = !refused && (current.kind === 'delete' || model.start(child));
                expect(done).toBe(succeeds);
                if (succeeds && current.kind === 'delete') model.remove(child);
              }
              await troupe.settle();
              expect(troupe.log).toEqual(model.log);
              expect(troupe.node.isAlive(supervisor.ref)).toBe(!model.over);
              if (model.over) break;
              const children = await supervisor.whichChildren();
              expect(children.map(({ id, status }) => [id, status])).toEqual(
                model.children.map(({ id, running }) => [id, running ? 'running' : 'stopped']),
              );
              expect(await supervisor.countChildren()).toMatchObject({
                specs: model.children.length,
                active: model.children.filter(({ running }) => running).length,
              });
            }

            if (!model.over) {
              model.stopAll();
              await stopSupervisor(troupe.node, supervisor);
            }
            expect(troupe.log).toEqual(model.log);
            expect(troupe.twins).toBe(1);
            troupe.expectEmpty();
          },
        ),
        { numRuns: 250 },
      );
    },
  );
});
