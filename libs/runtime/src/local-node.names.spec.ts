import { InvalidMessageError } from '@noex/contracts';
import { setup } from './local-node.spec-support.js';
import type { ProcessContext } from './process-context.js';

describe('a behavior', () => {
  it('has a name that no other on its node has; adding it twice is nothing', () => {
    const { node, puppet } = setup();
    node.addBehavior(puppet);
    expect(() => node.addBehavior({ ...puppet })).toThrow(InvalidMessageError);
    expect(node.behaviorNames).toEqual(['puppet']);
    expect(node.behavior('puppet')).toBe(puppet);
  });
});

describe('a name', () => {
  it.each(['kill', 'shutdown'])('is free again after the end of its process by %s', async (reason) => {
    const { clock, node } = setup();
    const first = await node.spawn('puppet', { name: 'name' });
    await node.call(first, 'do', (context: ProcessContext) => context.register('second name'));
    node.exit(first, reason);
    await clock.advance(0);
    expect(node.whereis('second name')).toBeUndefined();
    const next = await node.spawn('puppet', { name: 'name' });
    expect(node.whereis('name')!.equals(next)).toBe(true);
  });

  it('is free already when a monitor tells of the end', async () => {
    const { clock, node } = setup();
    const first = await node.spawn('puppet', { name: 'name' });
    let seen: unknown = 'not yet';
    node.monitor(first, () => (seen = node.whereis('name')));
    node.exit(first, 'shutdown');
    await clock.advance(0);
    expect(seen).toBeUndefined();
  });

  it('may be one of several of a process, and taken again by the same', async () => {
    const { node } = setup();
    const ref = await node.spawn('puppet', { name: 'name' });
    await node.call(ref, 'do', (context: ProcessContext) => {
      context.register('name');
      context.register('other');
    });
    expect([node.whereis('name'), node.whereis('other')].map(String)).toEqual([ref, ref].map(String));
  });
});
