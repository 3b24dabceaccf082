import fc from 'fast-check';
import { chooseArbiter } from './arbiter-choice.js';

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
const names = Array.from({ length: 1000 }, (_, n) => `name-${n}`);

it('depends on the set of nodes alone, not on the order in which a node met them', () => {
  fc.assert(
    fc.property(fc.string(), fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), (name, ids) => {
      const chosen = chooseArbiter(name, ids);
      expect(ids).toContain(chosen);
      expect(chooseArbiter(name, [...ids].reverse())).toBe(chosen);
    }),
  );
});

it('a node that leaves moves the names it decided, and no others', () => {
  const left = nodes.filter((id) => id !== 'n3');
  for (const name of names) {
    const before = chooseArbiter(name, nodes);
    if (before !== 'n3') expect(chooseArbiter(name, left)).toBe(before);
  }
});

it('spreads names evenly over nodes whose names are alike', () => {
  const counts = new Map(nodes.map((id) => [id, 0]));
  for (const name of names) {
    const id = chooseArbiter(name, nodes)!;
    counts.set(id, counts.get(id)! + 1);
  }
  for (const count of counts.values()) {
    expect(count).toBeGreaterThan(150);
    expect(count).toBeLessThan(250);
  }
});

it('is the same in every release: nodes of two of them decide alike', () => {
  expect(['leader', 'cart/1', 'é', ''].map((name) => chooseArbiter(name, nodes))).toEqual([
    'n5',
    'n2',
    'n2',
    'n4',
  ]);
});

it('is nobody where there is nobody', () => {
  expect(chooseArbiter('leader', [])).toBeUndefined();
});
