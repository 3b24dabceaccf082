import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import { compareLeases, compareRegistrations, type Registration } from './registration.js';

const registration = fc
  .record({
    node: fc.constantFrom('n1', 'n10', 'n2', 'N1', 'ñ'),
    incarnation: fc.integer({ min: 1, max: 2 }),
    id: fc.integer({ min: 1, max: 3 }),
    epoch: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ node, incarnation, id, epoch }): Registration => ({
    name: 'leader',
    ref: new ProcessRef(node, incarnation, id),
    epoch,
  }));
const same = (a: Registration, b: Registration) => a.epoch === b.epoch && a.ref.equals(b.ref);

it.each([
  ['the rule', compareRegistrations],
  ['the rule of an arbiter', compareLeases],
])('%s is a strict order: of any registrations all nodes keep the same one', (_, compare) => {
  fc.assert(
    fc.property(registration, registration, registration, (a, b, c) => {
      expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)));
      expect(compare(a, b) === 0).toBe(same(a, b));
      if (compare(a, b) < 0 && compare(b, c) < 0) {
        expect(compare(a, c)).toBeLessThan(0);
      }
    }),
    { numRuns: 1000 },
  );
});

it.each<[string, [ProcessRef, number], [ProcessRef, number]]>([
  ['the earlier registration', [new ProcessRef('z', 9, 9), 1], [new ProcessRef('a', 1, 1), 2]],
  [
    'at the same time that of the smaller node name',
    [new ProcessRef('n1', 9, 9), 1],
    [new ProcessRef('n2', 1, 1), 1],
  ],
  ['on one node that of the earlier life', [new ProcessRef('n1', 1, 9), 1], [new ProcessRef('n1', 2, 1), 1]],
  ['in one life that of the older process', [new ProcessRef('n1', 1, 1), 1], [new ProcessRef('n1', 1, 2), 1]],
])('keeps %s', (_, kept, lost) => {
  const [a, b] = [kept, lost].map(([ref, epoch]) => ({ name: 'leader', ref, epoch }));
  expect(compareRegistrations(a!, b!)).toBeLessThan(0);
});

it('of two leases the later one is kept', () => {
  const [early, late] = [3, 4].map((epoch) => ({ name: 'leader', ref: new ProcessRef('a', 1, 1), epoch }));
  expect(compareLeases(late!, early!)).toBeLessThan(0);
});
