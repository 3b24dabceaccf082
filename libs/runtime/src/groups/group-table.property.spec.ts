import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import { GroupTable } from './group-table.js';

const refs = [1, 2, 3].map((id) => new ProcessRef('n1', 1, id));
const group = fc.constantFrom('x', 'y', 'z');
const ref = fc.constantFrom(...refs);

it('agrees with a plain list of memberships after any sequence of changes', () => {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), group, ref }),
    fc.record({ kind: fc.constant('remove' as const), group, ref }),
    fc.record({ kind: fc.constant('removeAll' as const), ref }),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const table = new GroupTable();
      let model: { group: string; id: number }[] = [];
      for (const step of changes) {
        const { id } = step.ref;
        if (step.kind === 'add') {
          table.add(step.group, step.ref);
          model.push({ group: step.group, id });
        } else if (step.kind === 'remove') {
          const index = model.findLastIndex((m) => m.group === step.group && m.id === id);
          expect(table.remove(step.group, step.ref)).toBe(index >= 0);
          if (index >= 0) model.splice(index, 1);
        } else {
          const left = table.removeAll(step.ref).flatMap((l) => new Array<string>(l.count).fill(l.group));
          expect(left.sort()).toEqual(
            model
              .filter((m) => m.id === id)
              .map((m) => m.group)
              .sort(),
          );
          model = model.filter((m) => m.id !== id);
        }
        const ids = (name: string) => model.filter((m) => m.group === name).map((m) => m.id);
        for (const name of ['x', 'y', 'z']) {
          expect(
            table
              .members(name)
              .map((m) => m.id)
              .sort(),
          ).toEqual(ids(name).sort());
        }
        expect(table.groups().sort()).toEqual([...new Set(model.map((m) => m.group))].sort());
        for (const one of refs) expect(table.has(one)).toBe(model.some((m) => m.id === one.id));
      }
    }),
    { numRuns: 500 },
  );
});
