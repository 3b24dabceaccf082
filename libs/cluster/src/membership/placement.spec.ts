import fc from 'fast-check';
import { BehaviorNotFoundError, NodeUnreachableError, SpawnRefusedError } from '@noex/contracts';
import { place, type Candidate, type Placement } from './placement.js';

const candidate = (id: string, overrides: Partial<Candidate> = {}): Candidate => ({
  id,
  local: false,
  load: 0,
  behaviors: new Set(['cart']),
  draining: false,
  ...overrides,
});

/** The local node is the first, as in a cluster. */
const candidates = fc
  .array(fc.record({ load: fc.nat(100), able: fc.boolean(), draining: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((nodes) =>
    nodes.map(({ load, able, draining }, i) =>
      candidate(`n${i}`, { local: i === 0, load, draining, behaviors: new Set(able ? ['cart'] : []) }),
    ),
  );
const random = fc
  .infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
  .map((numbers) => () => {
    return numbers.next().value!;
  });
const strategy = fc.constantFrom<Placement>('least-loaded', 'random', 'round-robin', (all) => all[0]?.id);

it('chooses nobody who is draining or unable, and somebody whenever there is one', () => {
  fc.assert(
    fc.property(candidates, strategy, random, fc.nat(), (all, placement, numbers, turn) => {
      const able = all.filter(({ behaviors }) => behaviors.has('cart'));
      const fit = able.filter(({ draining }) => !draining);
      const chosen = () => place('cart', placement, all, numbers, turn);
      if (able.length === 0) expect(chosen).toThrow(BehaviorNotFoundError);
      else if (fit.length === 0) expect(chosen).toThrow(SpawnRefusedError);
      else expect(fit).toContain(chosen());
    }),
  );
});

describe('least-loaded', () => {
  it('takes the less loaded of two', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), random, (a, b, numbers) => {
        const chosen = place(
          'cart',
          'least-loaded',
          [candidate('a', { load: a }), candidate('b', { load: b })],
          numbers,
          0,
        );
        expect(chosen.load).toBe(Math.min(a, b));
      }),
    );
  });

  it('never takes the most loaded of three, wherever chance points', () => {
    const all = [1, 2, 3].map((load) => candidate(`n${load}`, { load }));
    fc.assert(
      fc.property(random, (numbers) =>
        expect(place('cart', 'least-loaded', all, numbers, 0).load).toBeLessThan(3),
      ),
    );
  });

  it('spreads over equals', () => {
    const all = [candidate('a'), candidate('b')];
    const seen = [0, 0.99].map((number) => place('cart', 'least-loaded', all, () => number, 0).id);
    expect(seen).toEqual(['a', 'b']);
  });
});

it('round-robin gives each its turn', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), fc.nat(1000), (size, first) => {
      const all = Array.from({ length: size }, (_, i) => candidate(`n${i}`));
      const counts = new Map<string, number>();
      for (let turn = first; turn < first + size * 3; turn++) {
        const { id } = place('cart', 'round-robin', all, () => 0, turn);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      expect([...counts.values()]).toEqual(new Array(size).fill(3));
    }),
  );
});

describe('a named node', () => {
  const all = [candidate('a', { local: true, behaviors: new Set() }), candidate('b', { draining: true })];
  const named = (placement: Placement) => place('cart', placement, all, () => 0, 0);

  it('is taken even when it is draining: it refuses by itself', () => {
    expect(named('b').id).toBe('b');
    expect(() => named(() => 'b')).toThrow(SpawnRefusedError);
  });

  it('has to be connected and able', () => {
    expect(() => named('c')).toThrow(NodeUnreachableError);
    expect(() => named('a')).toThrow(BehaviorNotFoundError);
    expect(() => named('local')).toThrow(BehaviorNotFoundError);
    expect(() => named('__proto__')).toThrow(NodeUnreachableError);
  });
});

describe('a function', () => {
  const all = [candidate('a', { load: 5 }), candidate('b', { draining: true }), candidate('c')];
  const placed = (choose: (fit: readonly Candidate[]) => string | undefined) =>
    place('cart', choose, all, () => 0, 0);

  it('sees who fits and has the last word', () => {
    const seen: string[] = [];
    const chosen = placed((fit) => {
      seen.push(...fit.map(({ id }) => id));
      return 'a';
    });
    expect([seen, chosen.id]).toEqual([['a', 'c'], 'a']);
  });

  it('may decline', () => {
    expect(() => placed(() => undefined)).toThrow(SpawnRefusedError);
    expect(() => placed(() => 'nobody')).toThrow(NodeUnreachableError);
  });
});

it('a placement function that throws is a refused spawn that says so', () => {
  const broken = () => {
    throw new TypeError('no such field');
  };
  const all = [candidate('a', { local: true, behaviors: new Set(['cart']) })];
  expect(() => place('cart', broken, all, Math.random, 0)).toThrow(
    /placement function for "cart" threw: no such field/,
  );
});
