import fc from 'fast-check';
import { Universe } from './universe.spec-support.js';

/** The longest wait between dials and a dial that hangs, twice over for those that are only heard of then. */
const WHOLE_MS = 15_000;
const NAMES = ['a', 'b', 'c', 'd', 'e'];
const index = fc.nat(NAMES.length - 1);
const fault = fc.record({
  kind: fc.constantFrom('one_way', 'one_way', 'cut', 'freeze', 'restart', 'move'),
  x: index,
  y: index,
  atMs: fc.integer({ min: 0, max: 15_000 }),
  forMs: fc.integer({ min: 10, max: 12_000 }),
});
const scenario = fc.record({
  seed: fc.nat(),
  nodes: fc.array(
    fc.record({ startMs: fc.integer({ min: 0, max: 2_000 }), seed: fc.nat(), also: fc.array(index) }),
    { minLength: 2, maxLength: NAMES.length },
  ),
  useDns: fc.boolean(),
  faults: fc.array(fault, { maxLength: 6 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** Lets it all happen; returns once the last fault is over. */
async function play({ seed, nodes, useDns, faults }: Scenario): Promise<Universe> {
  const universe = new Universe(seed);
  const { world } = universe;
  const names = NAMES.slice(0, nodes.length);
  const seeds = nodes.map((node, at) => {
    if (useDns) return ['dns:mesh:1'];
    // One of those before it, so that the seeds join all; any others, itself included.
    const needed = at > 0 ? [node.seed % at] : [];
    return [...needed, ...node.also].filter((n) => n < names.length).map((n) => `${names[n]}:1`);
  });
  nodes.forEach(({ startMs }, at) => world.after(startMs, () => universe.start(names[at]!, seeds[at]!)));
  for (const { kind, x, y, atMs, forMs } of faults) {
    const [one, other] = [names[x % names.length]!, names[y % names.length]!];
    // Nobody is restarted before the first start.
    const during = (begin: () => void, end: () => void) => {
      world.after(3_000 + atMs, begin);
      world.after(3_000 + atMs + forMs, end);
    };
    switch (kind) {
      case 'one_way':
        during(
          () => world.block(one, other),
          () => world.unblock(one, other),
        );
        break;
      case 'cut':
        during(
          () => [world.block(one, other), world.block(other, one)],
          () => [world.unblock(one, other), world.unblock(other, one)],
        );
        break;
      case 'freeze':
        during(
          () => universe.machine(one).state === 'running' && (universe.machine(one).state = 'frozen'),
          () => world.thaw(universe.machine(one)),
        );
        break;
      default: {
        // Only DNS tells of a node at another address.
        const address = kind === 'move' && useDns ? `${one}x${atMs}:1` : `${one}:1`;
        during(
          () => universe.crash(one),
          () => universe.start(one, seeds[NAMES.indexOf(one)]!, address),
        );
      }
    }
  }
  await universe.advance(Math.max(2_000, ...faults.map(({ atMs, forMs }) => 3_000 + atMs + forMs)));
  for (const name of names) world.thaw(universe.machine(name));
  return universe;
}

it('becomes one mesh with a symmetric view, whatever cuts, hangs, restarts and moves came before', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (what) => {
      const universe = await play(what);
      const ms = await universe.meshed(WHOLE_MS);
      expect(universe.violations).toEqual([]);
      expect(ms).toBeLessThan(WHOLE_MS);
      // A silence that began before may still cost a connection; after that it stays so, and nobody is dialed or lost.
      await universe.advance(5_000);
      expect(await universe.meshed(WHOLE_MS)).toBeLessThan(WHOLE_MS);
      const { ups } = universe;
      await universe.advance(5_000);
      expect(universe.isOneMesh).toBe(true);
      expect(universe.ups).toEqual(ups);
    }),
    {
      numRuns: Number(process.env['MESH_RUNS'] ?? 150),
      // A starved machine gets through fewer.
      interruptAfterTimeLimit: 100_000,
      markInterruptAsFailure: false,
    },
  );
}, 120_000);

/** Several runs with other latencies and jitter. */
const RUNS = Array.from({ length: 25 }, (_, seed) => seed);

async function meshOf(seed: number, seeds: Record<string, readonly string[]>): Promise<Universe> {
  const universe = new Universe(seed);
  for (const [name, its] of Object.entries(seeds)) universe.start(name, its);
  expect(await universe.meshed(5_000)).toBeLessThan(1_000);
  await universe.advance(10_000);
  return universe;
}

/** All but `a` know only `a`. */
const STAR = { a: [], b: ['a:1'], c: ['a:1'], d: ['a:1'] };

/** The longest time of all runs. */
async function worst(run: (seed: number) => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (const seed of RUNS) times.push(await run(seed));
  return Math.max(...times);
}

describe('a mesh', () => {
  it('of two islands becomes one as soon as any node of one learns of any of the other', async () => {
    const ms = await worst(async (seed) => {
      const universe = new Universe(seed);
      const seeds = { a: [], b: ['a:1'], c: [], d: ['c:1'] };
      for (const [name, its] of Object.entries(seeds)) universe.start(name, its);
      await universe.advance(30_000);
      expect(universe.ups).toEqual({ a: 1, b: 1, c: 1, d: 1 });
      universe.nodes.get('d')!.mesh.dialer.setSeed(1, ['b:1']);
      const time = await universe.meshed(30_000);
      expect(universe.ups).toEqual({ a: 3, b: 3, c: 3, d: 3 });
      return time;
    });
    expect(ms).toBeLessThan(1_000);
  });

  it('takes a node that hung back within two seconds, however long it hung', async () => {
    const ms = await worst(async (seed) => {
      const universe = await meshOf(seed, STAR);
      const hung = universe.machine(seed % 2 === 0 ? 'a' : 'c');
      hung.state = 'frozen';
      await universe.advance(5_000 + 1_777 * seed);
      expect(universe.isOneMesh).toBe(false);
      universe.world.thaw(hung);
      // It has to see first that it was given up.
      await universe.advance(100);
      return universe.meshed(30_000);
    });
    expect(ms).toBeLessThan(1_900);
  });

  it.each([10_000, 45_000, 180_000])('that was cut in two for %i ms is whole soon after', async (cutMs) => {
    const ms = await worst(async (seed) => {
      const universe = await meshOf(seed, STAR);
      universe.part(['a', 'b'], ['c', 'd'], 'block');
      await universe.advance(cutMs + 333 * seed);
      expect(universe.isOneMesh).toBe(false);
      universe.part(['a', 'b'], ['c', 'd'], 'unblock');
      return universe.meshed(30_000);
    });
    // The longest wait and a dial that had hung.
    expect(ms).toBeLessThan(7_100);
  });

  it.each([
    ['all of its peers', ['a:1', 'b:1', 'd:1', 'e:1'], 1_500],
    ['one of them, and hears of the others from that', ['b:1'], 3_000],
  ])(
    'gives the name of a node that lost power to its next life at another address, which dials %s',
    async (_, seeds, limitMs) => {
      const ms = await worst(async (seed) => {
        const universe = await meshOf(seed, { ...STAR, e: ['a:1'] });
        universe.crash('c');
        await universe.advance(10 * seed);
        universe.start('c', seeds, 'elsewhere:1');
        const time = await universe.meshed(30_000);
        expect(universe.violations).toEqual([]);
        return time;
      });
      expect(ms).toBeLessThan(limitMs);
    },
  );

  it('lets a live node keep its name: no connection is lost, and the newcomer is refused by all', async () => {
    for (const seed of RUNS.slice(0, 5)) {
      const universe = await meshOf(seed, STAR);
      const { ups } = universe;
      const twin = universe.startTwin('c', ['a:1', 'b:1', 'd:1'], 'elsewhere:1');
      await universe.advance(60_000);
      expect(universe.ups).toEqual(ups);
      expect([twin.ups, universe.isOneMesh]).toEqual([0, true]);
      expect([...new Set(twin.refusals)]).toEqual(['name_contested', 'name_taken']);
    }
  });

  it('never takes an older life back, also when the newer one is gone', async () => {
    const universe = await meshOf(1, STAR);
    const zombie = universe.machine('c');
    const old = universe.nodes.get('c')!;
    zombie.state = 'frozen';
    await universe.advance(6_000);
    universe.startTwin('c', ['a:1'], 'elsewhere:1');
    await universe.advance(5_000);
    expect(universe.nodes.get('a')!.up.get('c')?.peer.address).toBe('elsewhere:1');
    universe.world.machines.at(-1)!.state = 'lost';
    await universe.advance(10_000);
    universe.world.thaw(zombie);
    await universe.advance(30_000);
    expect(universe.violations).toEqual([]);
    expect([...universe.nodes.get('a')!.up.keys()].sort()).toEqual(['b', 'd']);
    expect([old.up.size, old.refusals.at(-1)]).toEqual([0, 'stale_incarnation']);
  });

  it('is completed by gossip though a peer could not be dialed for so long that it was forgotten', async () => {
    const universe = new Universe(3);
    universe.part(['a'], ['d'], 'block');
    for (const [name, its] of Object.entries({ a: [], b: ['a:1'], c: ['b:1'], d: ['b:1'] })) {
      universe.start(name, its);
    }
    await universe.advance(120_000);
    universe.part(['a'], ['d'], 'unblock');
    expect(await universe.meshed(120_000)).toBeLessThan(60_000);
  });

  it('is dialed ever less by a node whose link breaks as soon as it is up', async () => {
    const universe = await meshOf(7, { a: [], b: ['a:1'], c: ['b:1'] });
    const before = universe.nodes.get('a')!.ups;
    const breaking = setBreaking(universe, 'a', 'c');
    await universe.advance(60_000);
    const flaps = universe.nodes.get('a')!.ups - before;
    breaking.stop();
    // The first few come quickly, then one in each of the longest waits of either side.
    expect(flaps).toBeGreaterThan(5);
    expect(flaps).toBeLessThan(60);
    expect(await universe.meshed(30_000)).toBeLessThan(5_100);
  });
});

/** Closes the connection of the two as soon as it is there. */
function setBreaking({ world, nodes }: Universe, one: string, other: string): { stop(): void } {
  let isOver = false;
  const look = () => {
    nodes.get(one)!.up.get(other)?.close('connection_closed');
    if (!isOver) world.after(10, look);
  };
  look();
  return { stop: () => (isOver = true) };
}
