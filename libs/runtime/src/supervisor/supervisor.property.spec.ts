import fc from 'fast-check';
import type { ProcessRef } from '@noex/contracts';
import { Troupe } from '../../../../test/support/troupe.js';
import type { ChildSpec, Strategy, SupervisorSpec } from './supervisor-spec.js';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const anyId = fc.constantFrom(...IDS);
const delay = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 }));

/** How an actor behaves from now on. */
const part = fc.record({
  startMs: delay,
  stopMs: fc.oneof({ weight: 4, arbitrary: delay }, { weight: 1, arbitrary: fc.constant(5000) }),
  failures: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
  traps: fc.boolean(),
});

const step = fc.record({
  /** Passes before it happens; often nothing, so that what came before is still under way. */
  pauseMs: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(40) }),
  act: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('exit' as const),
        id: anyId,
        reason: fc.constantFrom('crash', 'normal', 'kill'),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          'startChild' as const,
          'terminateChild' as const,
          'restartChild' as const,
          'deleteChild' as const,
        ),
        id: anyId,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('cast' as const), id: anyId, part }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('killTeam' as const) }) },
  ),
});

const strategy = fc.constantFrom<Strategy>('one_for_one', 'one_for_all', 'rest_for_one', 'dynamic');
const restart = fc.constantFrom('permanent' as const, 'transient' as const, 'temporary' as const);

describe('a tree of supervisors, whatever happens to it at whatever moment', () => {
  it('never runs a child twice, leaves nobody half started, and leaves no process and no timer when it ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          top: strategy.filter((which) => which !== 'dynamic'),
          team: strategy,
          maxRestarts: fc.constantFrom(1, 3, 1000),
          parts: fc.array(part, { minLength: IDS.length, maxLength: IDS.length }),
          restarts: fc.array(restart, { minLength: IDS.length, maxLength: IDS.length }),
          steps: fc.array(step, { maxLength: 30 }),
          /** How it ends. */
          finale: fc.constantFrom('shutdown' as const, 'kill' as const, 'late' as const),
          finaleMs: fc.nat(100),
        }),
        async ({ top, team, maxRestarts, parts, restarts, steps, finale, finaleMs }) => {
          const troupe = new Troupe();
          IDS.forEach((id, n) => Object.assign(troupe.part(id), parts[n], { failures: 0 }));
          const child = (id: string): ChildSpec =>
            troupe.child(id, { restart: restarts[IDS.indexOf(id)], shutdownMs: 200, startMs: 1000 });
          const nested: SupervisorSpec = {
            strategy: team,
            maxRestarts,
            ...(team === 'dynamic' ? {} : { children: [child('b'), child('c')] }),
          };
          const starting = troupe.start({
            strategy: top,
            maxRestarts,
            children: [child('a'), { id: 'team', behavior: nested, restart: 'permanent' }, child('d')],
          });
          await troupe.clock.advance(500);
          const supervisor = await starting;
          const teamRef = (): Promise<ProcessRef | undefined> =>
            supervisor.whichChildren({ timeoutMs: 10_000 }).then(
              (children) => children.find(({ id }) => id === 'team')?.ref,
              () => undefined,
            );
          let teamKilled = false;
          const asked: Promise<unknown>[] = [];

          for (const { pauseMs, act } of steps) {
            if (pauseMs > 0) await troupe.clock.advance(pauseMs);
            if (act.kind === 'exit') {
              if (troupe.living.get(act.id)) troupe.exit(act.id, act.reason);
            } else if (act.kind === 'cast') Object.assign(troupe.part(act.id), act.part);
            else if (act.kind === 'killTeam') {
              teamKilled = true;
              asked.push(teamRef().then((ref) => ref && troupe.node.exit(ref, 'kill')));
            } else {
              // An id has one place in the tree, so that it must never run twice.
              const ofTeam = act.id === 'b' || act.id === 'c';
              const payload = act.kind === 'startChild' ? child(act.id) : act.id;
              const options = { timeoutMs: 10_000 };
              const ask = async () => {
                const ref = ofTeam ? await teamRef() : supervisor.ref;
                if (ref) await troupe.node.call(ref, act.kind, payload, options);
              };
              asked.push(ask().catch(() => undefined));
            }
          }

          await troupe.clock.advance(finaleMs);
          if (finale === 'late') {
            // Long enough for all that is under way.
            await troupe.clock.advance(20_000);
            await Promise.all(asked);
            if (troupe.node.isAlive(supervisor.ref)) {
              const children = await supervisor.whichChildren();
              for (const { status, ref } of children) {
                expect(status).not.toBe('restarting');
                expect(ref !== undefined && troupe.node.isAlive(ref)).toBe(status === 'running');
              }
            }
          }
          troupe.node.exit(supervisor.ref, finale === 'kill' ? 'kill' : 'shutdown');
          await troupe.clock.advance(20_000);
          await Promise.all(asked);
          if (!teamKilled) expect(troupe.twins).toBe(1);
          troupe.expectEmpty();
          expect(troupe.clock.pending).toBe(0);
        },
      ),
      { numRuns: 700 },
    );
  });
});
