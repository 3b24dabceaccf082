import { gate, Troupe } from '../../../../test/support/troupe.js';
import { stopSupervisor } from './supervisor.js';

const never = new Promise<never>(() => {});

describe('a supervisor that is told to stop', () => {
  it('stops its children in reverse order, each when the one after it has ended', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('abc');
    const last = gate();
    troupe.part('c').stop = last.promise;
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(60_000);
    expect(troupe.log).toEqual([]);
    last.open();
    await expect(stopped).resolves.toBe('shutdown');
    expect(troupe.log).toEqual(['end c: shutdown', 'end b: shutdown', 'end a: shutdown']);
    troupe.expectEmpty();
  });

  it('kills a child that has not ended after its shutdownMs, and says so', async () => {
    const troupe = new Troupe();
    troupe.part('b').stop = never;
    const children = [troupe.child('a'), troupe.child('b', { shutdownMs: 300 })];
    const supervisor = await troupe.start({ children });
    troupe.takeLog();
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(299);
    expect(troupe.log).toEqual([]);
    await troupe.clock.advance(11);
    await stopped;
    expect(troupe.log).toEqual(['end b: killed', 'end a: shutdown']);
    expect(troupe.events).toMatchObject([{ event: 'child_killed', fields: { child: 'b', shutdownMs: 300 } }]);
    troupe.expectEmpty();
  });

  it('gives a child the time that its behavior asks for when its spec says nothing', async () => {
    const troupe = new Troupe();
    troupe.part('a').stop = never;
    const behavior = { ...troupe.actor, shutdownMs: 700 };
    const supervisor = await troupe.start({ children: [troupe.child('a', { behavior })] });
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(690);
    expect(troupe.log).toEqual(['begin a']);
    await troupe.clock.advance(20);
    await stopped;
    expect(troupe.log).toEqual(['begin a', 'end a: killed']);
  });

  it('leaves no timer behind for a child that ended in time', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.start({ children: [troupe.child('a', { shutdownMs: 300 })] });
    await stopSupervisor(troupe.node, supervisor);
    troupe.expectEmpty();
  });

  it('does not ask a child whose shutdown is kill', async () => {
    const troupe = new Troupe();
    troupe.part('a').stop = never;
    const supervisor = await troupe.start({ children: [troupe.child('a', { shutdownMs: 'kill' })] });
    await stopSupervisor(troupe.node, supervisor);
    expect(troupe.log).toEqual(['begin a', 'end a: killed']);
    expect(troupe.events).toEqual([]);
  });

  it('waits without limit for a child with shutdownMs Infinity', async () => {
    const troupe = new Troupe();
    const curtain = gate();
    troupe.part('a').stop = curtain.promise;
    const supervisor = await troupe.start({ children: [troupe.child('a', { shutdownMs: Infinity })] });
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(10 * 60_000);
    expect(troupe.node.processCount).toBe(2);
    curtain.open();
    await stopped;
    troupe.expectEmpty();
  });

  it('stops dynamic children all at once', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('', { strategy: 'dynamic' });
    for (const id of ['a', 'b', 'c']) {
      troupe.part(id).stop = never;
      await supervisor.startChild(troupe.child(id, { shutdownMs: 500 }));
    }
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(510);
    await stopped;
    troupe.expectEmpty();
  });

  it('stops nested supervisors as children: the tree goes in reverse of its start', async () => {
    const troupe = new Troupe();
    const team = { children: [troupe.child('b'), troupe.child('c')] };
    const children = [troupe.child('a'), { id: 'team', behavior: team }, troupe.child('d')];
    const supervisor = await troupe.start({ children });
    troupe.takeLog();
    await stopSupervisor(troupe.node, supervisor);
    expect(troupe.log).toEqual(['end d: shutdown', 'end c: shutdown', 'end b: shutdown', 'end a: shutdown']);
    troupe.expectEmpty();
  });

  it('does not restart a child that ends during its own shutdown, whatever with', async () => {
    const troupe = new Troupe();
    let fail!: (error: Error) => void;
    troupe.part('b').stop = new Promise((_, reject) => (fail = reject));
    const supervisor = await troupe.supervise('abc');
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.settle();
    fail(new Error('spilled'));
    await stopped;
    expect(troupe.log).toEqual(['end c: shutdown', 'end b: Error: spilled', 'end a: shutdown']);
    troupe.expectEmpty();
  });

  it('has its limit, if it is given one: killed, it takes its children with it', async () => {
    const troupe = new Troupe();
    for (const id of ['a', 'b']) troupe.part(id).stop = never;
    const children = [troupe.child('a', { shutdownMs: 400 }), troupe.child('b', { shutdownMs: 200 })];
    const supervisor = await troupe.start({ children });
    const stopped = stopSupervisor(troupe.node, supervisor, 100);
    await troupe.clock.advance(110);
    await expect(stopped).resolves.toBe('killed');
    await troupe.clock.advance(410);
    expect(troupe.events.map(({ event, fields }) => [event, fields.child])).toEqual([
      ['child_killed', 'b'],
      ['child_killed', 'a'],
    ]);
    troupe.expectEmpty();
  });
});

describe('a supervisor that is killed takes its children with it', () => {
  it('at once where they do not object', async () => {
    const troupe = new Troupe();
    const team = { children: [troupe.child('b'), troupe.child('c')] };
    const supervisor = await troupe.start({ children: [troupe.child('a'), { id: 'team', behavior: team }] });
    troupe.node.exit(supervisor.ref, 'kill');
    await troupe.settle();
    troupe.expectEmpty();
  });

  it('also those that trap exits, whose terminate runs', async () => {
    const troupe = new Troupe();
    const curtain = gate();
    Object.assign(troupe.part('a'), { traps: true, stop: curtain.promise });
    const supervisor = await troupe.supervise('a');
    troupe.node.exit(supervisor.ref, 'kill');
    await troupe.settle();
    expect(troupe.node.processCount).toBe(1);
    curtain.open();
    await troupe.settle();
    expect(troupe.log).toEqual(['end a: shutdown']);
    troupe.expectEmpty();
  });

  it('also those that never end by themselves, after their shutdownMs', async () => {
    const troupe = new Troupe();
    troupe.part('a').stop = never;
    const supervisor = await troupe.start({ children: [troupe.child('a', { shutdownMs: 250 })] });
    troupe.node.exit(supervisor.ref, 'kill');
    await troupe.clock.advance(260);
    troupe.expectEmpty();
  });

  it('and is restarted by the supervisor above it, with new children', async () => {
    const troupe = new Troupe();
    const team = { children: [troupe.child('a'), troupe.child('b')] };
    const supervisor = await troupe.start({ children: [{ id: 'team', behavior: team }] });
    const [before] = await supervisor.whichChildren();
    troupe.takeLog();
    troupe.node.exit(before!.ref!, 'kill');
    await troupe.settle();
    expect(troupe.log.slice(-2)).toEqual(['begin a', 'begin b']);
    expect([...troupe.living.values()]).toEqual([1, 1]);
    const [after] = await supervisor.whichChildren();
    expect(after).toMatchObject({ id: 'team', type: 'supervisor', status: 'running' });
    expect(after!.ref!.equals(before!.ref!)).toBe(false);
  });
});
