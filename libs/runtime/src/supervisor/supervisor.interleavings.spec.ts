import { failure, gate, Troupe } from '../../../../test/support/troupe.js';
import { stopSupervisor } from './supervisor.js';

const never = new Promise<never>(() => {});

describe('a supervisor that ends while a child starts', () => {
  it('by a stop: the child is asked to stop, what ran is stopped in reverse, nothing is started any more', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('abc', { strategy: 'rest_for_one' });
    const slow = gate();
    troupe.part('b').start = slow.promise;
    troupe.exit('b');
    await troupe.settle();
    expect(troupe.takeLog()).toEqual(['end b: crash', 'end c: shutdown', 'begin b']);
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.settle();
    slow.open();
    await expect(stopped).resolves.toBe('shutdown');
    expect(troupe.log).toEqual(['end b: shutdown', 'end a: shutdown']);
    troupe.expectEmpty();
  });

  it('by a stop, and the start never ends: the child is killed after its shutdownMs', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('');
    troupe.part('a').start = never;
    const call = failure(supervisor.startChild(troupe.child('a', { shutdownMs: 300, startMs: Infinity })));
    await troupe.settle();
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(310);
    await expect(stopped).resolves.toBe('shutdown');
    expect(await call).toMatchObject({ code: 'spawn_failed' });
    expect(troupe.log).toEqual(['begin a', 'end a: killed']);
    troupe.expectEmpty();
  });

  it('by a kill: the child goes, whether its start would have ended or not', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('');
    const slow = gate();
    troupe.part('a').start = slow.promise;
    const call = failure(supervisor.startChild(troupe.child('a')));
    await troupe.settle();
    troupe.node.exit(supervisor.ref, 'kill');
    expect(await call).toMatchObject({ code: 'process_exited' });
    slow.open();
    await troupe.settle();
    expect(troupe.log).toEqual(['begin a', 'end a: shutdown']);
    troupe.expectEmpty();
  });

  it('by its own start being given up: no child is left', async () => {
    const troupe = new Troupe();
    const slow = gate();
    troupe.part('b').start = slow.promise;
    const team = {
      children: [troupe.child('a'), troupe.child('b', { startMs: Infinity }), troupe.child('c')],
    };
    const outer = failure(
      troupe.start({ children: [troupe.child('z'), { id: 'team', behavior: team, startMs: 1000 }] }),
    );
    await troupe.clock.advance(1010);
    slow.open();
    expect(String(await outer)).toMatch(/child "team" did not start.*within 1000 ms/s);
    await troupe.settle();
    expect(troupe.log.filter((line) => line.startsWith('begin'))).toEqual(['begin z', 'begin a', 'begin b']);
    troupe.expectEmpty();
  });

  it('by the end of a supervisor above it: the whole tree goes', async () => {
    const troupe = new Troupe();
    troupe.part('b').start = never;
    const team = { children: [troupe.child('a'), troupe.child('b', { shutdownMs: 100, startMs: Infinity })] };
    const supervisor = await troupe.supervise('z');
    const call = failure(supervisor.startChild({ id: 'team', name: 'team', behavior: team }));
    await troupe.settle();
    const reasons: unknown[] = [];
    troupe.node.monitor(troupe.node.whereis('team')!, (reason) => reasons.push(reason));
    const stopped = stopSupervisor(troupe.node, supervisor);
    await troupe.clock.advance(110);
    await stopped;
    expect(await call).toMatchObject({ code: 'spawn_failed' });
    expect(troupe.log).toEqual(['begin a', 'begin b', 'end b: killed', 'end a: shutdown', 'end z: shutdown']);
    expect(reasons).toEqual(['shutdown']);
    troupe.expectEmpty();
  });
});

describe('a child that ends while its supervisor is at work', () => {
  it('on a restart of its sibling: it is restarted next, once', async () => {
    const troupe = new Troupe();
    await troupe.supervise('ab');
    const slow = gate();
    troupe.part('b').start = slow.promise;
    troupe.exit('b');
    await troupe.settle();
    troupe.exit('a');
    await troupe.settle();
    expect(troupe.takeLog()).toEqual(['end b: crash', 'begin b', 'end a: crash']);
    slow.open();
    await troupe.settle();
    expect(troupe.log).toEqual(['begin a']);
  });

  it('on the restart of its group before it is stopped: its end is part of the restart', async () => {
    const troupe = new Troupe();
    const curtain = gate();
    const supervisor = await troupe.supervise('abc', { strategy: 'one_for_all', maxRestarts: 1 });
    troupe.part('c').stop = curtain.promise;
    troupe.exit('b');
    await troupe.settle();
    troupe.exit('a');
    await troupe.settle();
    curtain.open();
    await troupe.settle();
    const ends = ['end b: crash', 'end a: crash', 'end c: shutdown'];
    expect(troupe.log).toEqual([...ends, 'begin a', 'begin b', 'begin c']);
    expect(await supervisor.countChildren()).toMatchObject({ active: 3 });
  });

  it('on the restart of its group after it was started again: that is another end', async () => {
    const troupe = new Troupe();
    const slow = gate();
    await troupe.supervise('ab', { strategy: 'one_for_all' });
    troupe.part('b').start = slow.promise;
    troupe.exit('b');
    await troupe.settle();
    expect(troupe.takeLog()).toEqual(['end b: crash', 'end a: shutdown', 'begin a', 'begin b']);
    troupe.exit('a');
    troupe.part('b').start = undefined;
    slow.open();
    await troupe.settle();
    expect(troupe.log).toEqual(['end a: crash', 'end b: shutdown', 'begin a', 'begin b']);
    expect(troupe.twins).toBe(1);
  });

  it('on its termination: it is not restarted', async () => {
    const troupe = new Troupe();
    const curtain = gate();
    const supervisor = await troupe.supervise('ab');
    troupe.part('a').stop = curtain.promise;
    const terminated = supervisor.terminateChild('a');
    await troupe.settle();
    troupe.node.exit(troupe.ref('a'), 'kill');
    await terminated;
    await troupe.settle();
    expect(troupe.log).toEqual(['end a: killed']);
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'a', status: 'stopped' }, { id: 'b' }]);
  });

  it('just before it is asked to terminate it: it is not restarted either', async () => {
    const troupe = new Troupe();
    const slow = gate();
    const supervisor = await troupe.supervise('ab');
    troupe.part('c').start = slow.promise;
    const started = supervisor.startChild(troupe.child('c'));
    const terminated = supervisor.terminateChild('a');
    troupe.exit('a');
    await troupe.settle();
    slow.open();
    await Promise.all([started, terminated]);
    await troupe.settle();
    expect(troupe.log).toEqual(['begin c', 'end a: crash']);
  });
});

describe('an attempt to start again', () => {
  it('waits behind the messages that came meanwhile: its child can be terminated', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('ab');
    const slow = gate();
    Object.assign(troupe.part('a'), { failures: Infinity, start: slow.promise });
    troupe.exit('a');
    await troupe.settle();
    const terminated = supervisor.terminateChild('a');
    slow.open();
    await terminated;
    await troupe.settle();
    expect(troupe.log).toEqual(['end a: crash', 'begin a', 'end a: Error: a cannot start']);
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'a', status: 'stopped' }, { id: 'b' }]);
  });

  it('is seen as restarting, and its child can then neither be restarted nor deleted by hand', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    const slow = gate();
    Object.assign(troupe.part('a'), { failures: 1, start: slow.promise });
    troupe.exit('a');
    await troupe.settle();
    const seen = supervisor.whichChildren();
    const refused = [failure(supervisor.restartChild('a')), failure(supervisor.deleteChild('a'))];
    const twice = failure(supervisor.startChild(troupe.child('a')));
    slow.open();
    expect(await seen).toMatchObject([{ id: 'a', status: 'restarting', ref: undefined }]);
    for (const error of refused) expect(await error).toMatchObject({ code: 'child_restarting' });
    expect(await twice).toMatchObject({ code: 'child_already_started' });
    await troupe.settle();
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'a', status: 'running' }]);
  });

  it('is not lost to a full mailbox', async () => {
    const troupe = new Troupe({ mailboxLimit: 3 });
    const supervisor = await troupe.supervise('a');
    const slow = gate();
    Object.assign(troupe.part('a'), { failures: 1, start: slow.promise });
    troupe.exit('a');
    await troupe.settle();
    while (troupe.node.cast(supervisor.ref, 'noise', null)) continue;
    slow.open();
    await troupe.settle();
    expect(troupe.log).toEqual(['end a: crash', 'begin a', 'end a: Error: a cannot start', 'begin a']);
  });
});
