import fc from 'fast-check';
import type { ProcessRef } from '@noex/contracts';
import type { Cluster } from '../cluster.js';
import type { OwnNames } from './own-names.js';
import { NameWorld } from './names.spec-support.js';

const NODES = 4;
const NAMES = ['a', 'b', 'c'];
const name = fc.constantFrom(...NAMES);
const node = fc.nat(NODES - 1);
const jitter = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));

/** The registrations a node itself answers for. */
const own = (cluster: Cluster) => (cluster.names as unknown as { own: OwnNames }).own;
const holders = (world: NameWorld, of: string) =>
  world.nodes.flatMap((cluster) => own(cluster).get(of)?.ref.toString() ?? []);

/** Arbiters and askers keep nothing of what is settled. */
function leftovers({ names }: Cluster): unknown {
  const { grants, requests, registering } = names as unknown as {
    grants: { parts: { arbiter: { openClaims: number; granted: Map<string, unknown> } } };
    requests: { size: number };
    registering: Map<string, unknown>;
  };
  const { arbiter } = grants.parts;
  return [arbiter.openClaims, arbiter.granted.size, requests.size, registering.size];
}

it('after any partitions and ends, all nodes agree, and each name has at most one holder, who lives', async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('register' as const), name, node, by: node }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('spawn' as const), name, node, by: node }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('unregister' as const), name, node }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('exit' as const), name, node }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('partition' as const), side: fc.subarray([0, 1, 2, 3]) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('disconnect' as const), node, by: node }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('heal' as const) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(400) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constant(8_000) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), jitter, async (steps, numbers) => {
      const world = new NameWorld(() => numbers.next().value!);
      const nodes = await world.mesh(NODES);
      const ignore = (promise: Promise<unknown>) => void promise.catch(() => {});
      for (const step of steps) {
        switch (step.kind) {
          case 'register': {
            const ref = await world.spawn(nodes[step.node]!);
            ignore(
              nodes[step.by]!.names.register(step.name, ref, { onConflict: step.by % 2 ? 'demote' : 'stop' }),
            );
            break;
          }
          case 'spawn':
            ignore(nodes[step.by]!.spawn('idle', { globalName: step.name, on: `n${step.node + 1}` }));
            break;
          case 'unregister':
            ignore(nodes[step.node]!.names.unregister(step.name));
            break;
          case 'exit': {
            const ref = nodes[step.node]!.names.whereis(step.name);
            if (ref) nodes[step.node]!.exit(ref, 'kill');
            break;
          }
          case 'partition': {
            const side = step.side.map((n) => `n${n + 1}`);
            world.network.partition(
              side,
              nodes.map(({ self }) => self.id).filter((id) => !side.includes(id)),
            );
            break;
          }
          case 'disconnect':
            world.network.disconnect(`n${step.node + 1}`, `n${step.by + 1}`);
            break;
          case 'heal':
            world.network.heal();
            break;
          case 'pass':
            await world.clock.advance(step.ms);
        }
      }
      await world.settle();
      expect(nodes.map((cluster) => cluster.members.size)).toEqual(nodes.map(() => NODES - 1));
      for (const one of NAMES) {
        const holding = holders(world, one);
        expect(holding.length).toBeLessThanOrEqual(1);
        expect(world.views(one)).toEqual(nodes.map(() => holding[0]));
        const ref = nodes[0]!.names.whereis(one);
        if (ref) expect(nodes.find(({ self }) => self.id === ref.node)!.node.isAlive(ref)).toBe(true);
      }
      expect(nodes.map(leftovers)).toEqual(nodes.map(() => [0, 0, 0, 0]));
      await world.close();
    }),
    { numRuns: 30, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  );
}, 60_000);

it('among nodes that all see each other, no name is ever held twice, however many ask at once', async () => {
  const ask = fc.record({
    name,
    node,
    by: node,
    waitMs: fc.nat(40),
    thenFree: fc.constantFrom('no', 'unregister', 'exit'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 2, maxLength: 25 }), jitter, async (asks, numbers) => {
      const world = new NameWorld(() => numbers.next().value!);
      const nodes = await world.mesh(NODES);
      const refused: Error[] = [];
      const granted = new Set<string>();
      const lookFor = async (ms: number) => {
        for (; ms > 0; ms--) {
          await world.clock.advance(1);
          for (const one of NAMES) expect(holders(world, one).length).toBeLessThanOrEqual(1);
        }
      };
      const register = async ({ name: wanted, by, thenFree }: (typeof asks)[number], ref: ProcessRef) => {
        try {
          await nodes[by]!.names.register(wanted, ref);
        } catch (error) {
          return void refused.push(error as Error);
        }
        granted.add(wanted);
        if (thenFree === 'exit') nodes[by]!.exit(ref, 'kill');
        else if (thenFree === 'unregister') await nodes[by]!.names.unregister(wanted);
      };
      const under: Promise<void>[] = [];
      for (const one of asks) {
        under.push(register(one, await world.spawn(nodes[one.node]!)));
        await lookFor(one.waitMs);
      }
      await lookFor(500);
      await Promise.all(under);
      expect(refused.filter((error) => error.name !== 'NameTakenError')).toEqual([]);
      // Of all who wanted a name, somebody got it.
      expect(granted).toEqual(new Set(asks.map(({ name: wanted }) => wanted)));
      expect(world.events('name_conflict')).toEqual([]);
      await world.close();
    }),
    { numRuns: 30, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
  );
}, 60_000);
