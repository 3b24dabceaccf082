import { NoexError } from '@noex/contracts';
import fc from 'fast-check';
import { commands, exact, racy } from './local-node.property.commands.spec-support.js';
import { Model, replyTo } from './local-node.property.model.spec-support.js';
import { World, type Seen } from './local-node.property.world.spec-support.js';

/*
 * Two properties over the same operations. In the first each operation comes to rest before the next: a pure model then
 * says exactly what has to be. In the second they come in bursts and handlers take their time: what must hold is said by
 * rules over what was observed.
 */

/** Of each property. PROPERTY_RUNS for more. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 1500);
jest.setTimeout(60_000 + RUNS * 20);

// However slow the machine, no turn of the scheduler ends early: `advance(0)` brings everything to rest.
beforeAll(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterAll(() => jest.restoreAllMocks());

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
    { numRuns: RUNS },
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
    { numRuns: RUNS },
  );
});
