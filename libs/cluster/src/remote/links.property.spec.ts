import fc from 'fast-check';
import {
  LinkModel,
  nodeOf,
  NODES,
  PROCESSES,
  traps,
  type Ending,
  type LinkCommand,
} from './links.property.model.spec-support.js';
import { linksOf, LinkWorld, tableSize, type Puppet } from './links.spec-support.js';

/*
 * Two properties over links between the processes of three nodes. In the first each operation comes to rest before the next: a
 * model then says exactly what has to be. In the second they come in bursts, and what they send waits, crosses and is lost.
 */

// However slow the machine, no turn of the scheduler ends early: `rest` brings everything to rest.
beforeAll(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterAll(() => jest.restoreAllMocks());

const process = fc.nat({ max: PROCESSES - 1 });
const node = fc.nat({ max: NODES - 1 });
const pair = { from: process, to: process };
const calm = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('link' as const), ...pair }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('unlink' as const), ...pair }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      who: process,
      reason: fc.constantFrom<Ending>('normal', 'shutdown', 'boom', 'kill'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), one: node, other: node }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('heal' as const) }) },
);
// Few pairs, so that what is done to one of them meets on its way.
const close = fc.constantFrom(3, 4, 5);
const racy = fc.oneof(
  { weight: 2, arbitrary: calm },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('link', 'unlink'), from: close, to: close }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume'), node }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
);

const name = (index: number): string => `n${index}`;

async function actors(world: LinkWorld): Promise<Puppet[]> {
  const clusters = await world.nodes(...Array.from({ length: NODES }, (_, index) => name(index)));
  const puppets: Puppet[] = [];
  for (let n = 0; n < PROCESSES; n++) puppets.push(await world.spawn(clusters[nodeOf(n)]!, traps(n)));
  return puppets;
}

/** Carries a command out; nothing but what it calls itself has happened when it returns. */
function carryOut({ network }: LinkWorld, puppets: Puppet[], command: LinkCommand): void {
  switch (command.kind) {
    case 'link':
    case 'unlink': {
      const { ends, context } = puppets[command.from]!;
      if (ends.length === 0) context[command.kind](puppets[command.to]!.ref);
      return;
    }
    case 'end': {
      const { cluster, ref } = puppets[command.who]!;
      return cluster.node.exit(ref, command.reason);
    }
    case 'cut':
      return network.partition([name(command.one)], [name(command.other)]);
    case 'heal':
      return network.heal();
    case 'pause':
    case 'resume':
      return network[command.kind](name(command.node));
  }
}

const isLinked = (puppet: Puppet, other: Puppet): boolean =>
  linksOf(puppet).some((ref) => ref.equals(other.ref));

it('operations that each come to rest do exactly what the model says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(calm, { maxLength: 40 }), async (commands) => {
      const world = new LinkWorld();
      const puppets = await actors(world);
      const model = new LinkModel();
      const index = new Map(puppets.map(({ ref }, n) => [ref.toString(), n]));
      const indexOf = (ref: { toString(): string }) => index.get(ref.toString())!;
      for (const command of commands) {
        carryOut(world, puppets, command);
        await world.rest();
        model.do(command);
        expect(
          puppets.map((puppet) => ({
            ends: puppet.ends,
            links: linksOf(puppet).map(indexOf).sort(),
            exits: puppet.news.map(([from, reason]) => `${indexOf(from)} ${String(reason)}`).sort(),
          })),
        ).toEqual(
          model.processes.map(({ end, links, exits }) => ({
            ends: end === undefined ? [] : [end],
            links: [...links].sort(),
            exits: exits.map(([from, reason]) => `${from} ${reason}`).sort(),
          })),
        );
        const tables = puppets.slice(0, NODES).map(({ cluster }) => tableSize(cluster));
        expect(tables).toEqual(tables.map((_, at) => model.linksAt(at)));
      }
      await world.end();
    }),
    { numRuns: 150 },
  );
});

it('operations in bursts break none of the promises', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(racy, { maxLength: 60 }), async (commands) => {
      const world = new LinkWorld();
      const puppets = await actors(world);
      /** Everything that was done to a pair of processes, or came of it, in order. */
      const story: { what: 'link' | 'unlink' | 'exit'; by: Puppet; other: Puppet }[] = [];
      const find = (ref: { toString(): string }) =>
        puppets.find((each) => each.ref.toString() === ref.toString())!;
      world.onNews = (by, from) => story.push({ what: 'exit', by, other: find(from) });

      for (const command of commands) {
        if (command.kind === 'link' || command.kind === 'unlink') {
          const [by, other] = [puppets[command.from]!, puppets[command.to]!];
          if (by.ends.length === 0) story.push({ what: command.kind, by, other });
        }
        carryOut(world, puppets, command as LinkCommand);
        if (command.kind === 'turn') await world.clock.advance(0);
        // What is in a mailbox already is handled, and no frame moves.
        for (let n = 0; n < 5; n++) await null;
      }
      for (let n = 0; n < NODES; n++) world.network.resume(name(n));
      world.network.heal();
      await world.rest();

      for (const by of puppets) {
        for (const other of puppets) {
          const own = story.filter((each) => each.by === by && each.other === other);
          const both = story.filter((each) => own.includes(each) || (each.by === other && each.other === by));
          const exits = own.filter(({ what }) => what === 'exit');
          // Each link fires at most once per end.
          expect(exits.length).toBeLessThanOrEqual(both.filter(({ what }) => what === 'link').length);
          // Nothing comes after an unlink, unless one of the two linked anew.
          for (const exit of exits) {
            const before = both.slice(0, both.indexOf(exit));
            const undone = before.findLastIndex((each) => each.what === 'unlink' && each.by === by);
            expect(before.slice(undone + 1).some(({ what }) => what === 'link')).toBe(true);
          }
          // Both ends agree, and nobody is linked to one that has ended.
          expect(isLinked(by, other)).toBe(isLinked(other, by));
        }
      }
      const tables = () => puppets.slice(0, NODES).map(({ cluster }) => tableSize(cluster));
      const apart = (by: Puppet) => linksOf(by).filter((ref) => ref.node !== by.ref.node).length;
      expect(tables().reduce((sum, size) => sum + size)).toBe(
        puppets.reduce((sum, puppet) => sum + apart(puppet), 0),
      );

      // Each link that is left fires once at the end of either process.
      for (const ending of puppets) {
        const partners = puppets.filter((other) => traps(puppets.indexOf(other)) && isLinked(other, ending));
        const known = puppets.map(({ news }) => news.length);
        ending.cluster.node.exit(ending.ref, 'normal');
        await world.rest();
        const heard = puppets.filter(({ news }, n) => news.length > known[n]!);
        expect(heard).toEqual(partners);
        for (const { news } of heard) expect(news.at(-1)).toEqual([ending.ref, 'normal']);
      }
      expect(tables()).toEqual([0, 0, 0]);
      await world.end();
    }),
    { numRuns: 200 },
  );
});
