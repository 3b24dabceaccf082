import { BehaviorNotFoundError, InvalidMessageError } from '@noex/contracts';
import { BehaviorRegistry } from './behavior-registry.js';
import { puppetDriver } from './puppet.spec-support.js';

describe('the behaviors of a node', () => {
  it('are found by their names', () => {
    const registry = new BehaviorRegistry('n1');
    const [one, two] = [puppetDriver({ name: 'one' }), puppetDriver({ name: 'two' })];
    registry.add(one, true);
    registry.add(two, false);
    expect(registry.names).toEqual(['one', 'two']);
    expect([registry.find('one'), registry.resolve('two'), registry.find('three')]).toEqual([
      one,
      two,
      undefined,
    ]);
  });

  it('do not take the name of another, which stays; adding one twice is nothing', () => {
    const registry = new BehaviorRegistry('n1');
    const first = puppetDriver();
    registry.add(first, false);
    registry.add(first, false);
    expect(() => registry.add(puppetDriver(), true)).toThrow(InvalidMessageError);
    expect(registry.find('puppet')).toBe(first);
    expect(registry.openToPeers.size).toBe(0);
  });

  it('are open to peers where they were added so', () => {
    const registry = new BehaviorRegistry('n1');
    registry.add(puppetDriver({ name: 'open' }), true);
    registry.add(puppetDriver({ name: 'internal' }), false);
    expect([...registry.openToPeers]).toEqual(['open']);
  });

  it('are asked for in vain by an unknown name: BehaviorNotFoundError, which names the node', () => {
    const registry = new BehaviorRegistry('n1');
    expect(() => registry.resolve('nobody')).toThrow(BehaviorNotFoundError);
    expect(() => registry.resolve('nobody')).toThrow('node "n1" knows no behavior "nobody"');
  });

  it('need not be known to be started when they are given themselves', () => {
    const stranger = puppetDriver();
    expect(new BehaviorRegistry('n1').resolve(stranger)).toBe(stranger);
  });
});
