import fc from 'fast-check';
import { groupName, readGroupName, requireServiceGroup, routeKey } from './pattern-groups.js';

it('reads from the name of a group what it was made of, whatever the pattern', () => {
  const pattern = fc.record({
    kind: fc.constantFrom('message' as const, 'event' as const),
    service: fc.stringMatching(/^[\w.-]{1,64}$/),
    key: fc.string({ maxLength: 400, unit: 'binary' }).map(routeKey),
  });
  fc.assert(
    fc.property(pattern, (group) => {
      const name = groupName(group);
      expect(readGroupName(name)).toEqual(group);
      expect(name.length).toBeLessThanOrEqual(255);
    }),
  );
});

it('keeps patterns apart, however long', () => {
  const long = 'x'.repeat(500);
  const keys = [long, `${long}y`, 'x', routeKey(long)].map(routeKey);
  expect(new Set(keys).size).toBe(4);
});

it('knows nothing of the groups of others', () => {
  expect(readGroupName('workers')).toBeUndefined();
  expect(readGroupName('nest-rpc:other:math:=sum')).toBeUndefined();
});

it.each(['', 'a:b', 'x'.repeat(65), undefined])(
  'refuses %j as a service group, and says what one is',
  (group) => {
    expect(() => requireServiceGroup(group as string)).toThrow('the option "group" of NoexServer');
  },
);
