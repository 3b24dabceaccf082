import { ProcessRef } from '@noex/contracts';
import { NameTable } from './name-table.js';
import { compareLeases, type Registration } from './registration.js';

const at = (node: string, id: number, epoch: number, name = 'leader'): Registration => ({
  name,
  ref: new ProcessRef(node, 1, id),
  epoch,
});

function setup() {
  const changes: string[] = [];
  const table = new NameTable((name, ref) => changes.push(`${name} ${ref ? `${ref.node}/${ref.id}` : '-'}`));
  return { table, changes };
}

it('of several registrations of a name it means the one that the rule keeps, in whatever order they came', () => {
  for (const order of [
    [1, 2],
    [2, 1],
  ]) {
    const { table } = setup();
    for (const epoch of order) table.add(at(`n${epoch}`, 1, epoch));
    expect(table.find('leader')).toMatchObject({ epoch: 1 });
    expect(table.rivalOf('leader', new ProcessRef('n1', 1, 1))).toMatchObject({ epoch: 2 });
    expect(table.rivalOf('leader', undefined)).toMatchObject({ epoch: 1 });
  }
});

it('keeps to the rule it is given', () => {
  const table = new NameTable(() => {}, compareLeases);
  for (const epoch of [2, 3, 1]) table.add(at(`n${epoch}`, 1, epoch));
  expect(table.find('leader')).toMatchObject({ epoch: 3 });
});

it('tells of a change only where a name means another process, or nobody', () => {
  const { table, changes } = setup();
  table.add(at('n2', 1, 2));
  table.add(at('n3', 1, 3));
  table.add(at('n1', 1, 1));
  table.remove('leader', new ProcessRef('n3', 1, 1));
  table.remove('leader', new ProcessRef('n1', 1, 1));
  table.remove('leader', new ProcessRef('n2', 1, 1));
  expect(changes).toEqual(['leader n2/1', 'leader n1/1', 'leader n2/1', 'leader -']);
  expect([table.size, table.names()]).toEqual([0, []]);
});

it('a node that gives a name anew replaces its own registration of it', () => {
  const { table } = setup();
  table.add(at('n1', 1, 1));
  table.add(at('n1', 2, 5));
  expect(table.of('n1')).toEqual([at('n1', 2, 5)]);
  expect(table.rivalOf('leader', new ProcessRef('n1', 1, 2))).toBeUndefined();
});

it('does not remove what another process holds, nor what was given anew', () => {
  const { table } = setup();
  const old = at('n1', 1, 1);
  table.add(old);
  table.add(at('n1', 1, 4));
  table.drop(old);
  expect(table.remove('leader', new ProcessRef('n1', 1, 2))).toBe(false);
  expect(table.remove('leader', new ProcessRef('n1', 2, 1))).toBe(false);
  expect(table.find('leader')).toMatchObject({ epoch: 4 });
  table.drop(table.find('leader')!);
  expect(table.find('leader')).toBeUndefined();
});

it('a node that is lost takes its names along, and no others', () => {
  const { table, changes } = setup();
  table.add(at('n1', 1, 1, 'a'));
  table.add(at('n1', 1, 2, 'b'));
  table.add(at('n2', 1, 3, 'b'));
  table.add(at('n2', 1, 4, 'c'));
  table.dropNode('n1');
  table.dropNode('n9');
  expect(table.names()).toEqual(['b', 'c']);
  expect([table.of('n1'), table.of('n2').length]).toEqual([[], 2]);
  expect(changes.slice(3)).toEqual(['a -', 'b n2/1']);
});
