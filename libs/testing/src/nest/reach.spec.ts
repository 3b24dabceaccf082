import { Reach } from './reach.js';

describe('who can reach whom', () => {
  it.each(['cut', 'blackhole'] as const)('a %s separates both ways, and its sides only', (mode) => {
    const reach = new Reach();
    reach.partition(['a', 'b'], ['c'], mode);
    expect([reach.delivers('a', 'c'), reach.delivers('c', 'a'), reach.connects('b', 'c')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(reach.connects('a', 'b')).toBe(true);
    reach.heal();
    expect(reach.connects('a', 'c')).toBe(true);
  });

  it('a one-way partition lets pass what the second group sends, but no connection', () => {
    const reach = new Reach();
    reach.partition(['a'], ['b'], 'one-way');
    expect([reach.delivers('a', 'b'), reach.delivers('b', 'a')]).toEqual([false, true]);
    expect([reach.connects('a', 'b'), reach.connects('b', 'a')]).toEqual([false, false]);
  });

  it('a node that hangs gets nothing and has no connection, until it is resumed', () => {
    const reach = new Reach();
    reach.pause('a');
    expect([reach.delivers('b', 'a'), reach.delivers('a', 'b'), reach.connects('a', 'b')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(reach.pausedNodes).toEqual(['a']);
    reach.resume('a');
    expect(reach.connects('a', 'b')).toBe(true);
  });

  it('is told by silence alone unless the connection was cut', () => {
    const reach = new Reach();
    expect(reach.isSilent('a', 'b')).toBe(false);
    reach.partition(['a'], ['b'], 'blackhole');
    reach.partition(['c'], ['b'], 'one-way');
    expect([reach.isSilent('a', 'b'), reach.isSilent('b', 'c')]).toEqual([true, true]);
    reach.partition(['b'], ['a'], 'cut');
    expect([reach.isSilent('a', 'b'), reach.isSilent('b', 'a')]).toEqual([false, false]);
    reach.pause('d');
    expect(reach.isSilent('d', 'e')).toBe(true);
  });
});
