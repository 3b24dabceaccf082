import { SpawnFailedError } from '@noex/contracts';
import { failure, gate, Troupe } from '../../../../test/support/troupe.js';
import type { SupervisorSpec } from './supervisor-spec.js';

describe('a supervisor starts its children', () => {
  it('in order, each when the one before it has started', async () => {
    const troupe = new Troupe();
    const first = gate();
    troupe.part('a').start = first.promise;
    const starting = troupe.start({ children: [troupe.child('a'), troupe.child('b')] });
    await troupe.settle();
    expect(troupe.log).toEqual(['begin a']);
    first.open();
    await starting;
    expect(troupe.log).toEqual(['begin a', 'begin b']);
  });

  it('or none: when one fails, those before it are stopped in reverse and the spawn fails with its name', async () => {
    const troupe = new Troupe();
    troupe.part('c').failures = 1;
    const children = ['a', 'b', 'c', 'd'].map((id) => troupe.child(id));
    const error = await failure(troupe.start({ children }));
    expect(error).toBeInstanceOf(SpawnFailedError);
    expect((error as Error).message).toContain('child "c" did not start');
    expect((error as Error).message).toContain('c cannot start');
    const begins = ['begin a', 'begin b', 'begin c'];
    expect(troupe.log).toEqual([
      ...begins,
      'end c: Error: c cannot start',
      'end b: shutdown',
      'end a: shutdown',
    ]);
    troupe.expectEmpty();
  });

  it('or none: also when a behavior is not known, a name is taken, or an init takes too long', async () => {
    const troupe = new Troupe();
    const started = troupe.child('a', { name: 'taken' });
    const unknown = failure(troupe.start({ children: [started, { id: 'x', behavior: 'nobody' }] }));
    expect(String(await unknown)).toMatch(/child "x" did not start.*no behavior "nobody"/s);
    const taken = failure(troupe.start({ children: [started, troupe.child('b', { name: 'taken' })] }));
    expect(String(await taken)).toMatch(/child "b" did not start.*"taken" is taken/s);
    troupe.part('c').start = gate().promise;
    const slow = failure(troupe.start({ children: [started, troupe.child('c', { startMs: 100 })] }));
    await troupe.clock.advance(200);
    expect(String(await slow)).toMatch(/child "c" did not start.*within 100 ms/s);
    await troupe.settle();
    troupe.expectEmpty();
  });

  it('without a limit for a nested supervisor, whose children have theirs', async () => {
    const troupe = new Troupe();
    for (const id of ['a', 'b']) troupe.part(id).startMs = 4000;
    const team = { children: [troupe.child('a'), troupe.child('b')] };
    const starting = troupe.start({ children: [{ id: 'team', behavior: team }] });
    await troupe.clock.advance(8010);
    expect(await (await starting).countChildren()).toMatchObject({ active: 1 });
  });

  it('with its spec checked: everything wrong is named at once', async () => {
    const troupe = new Troupe();
    const spec = {
      strategy: 'all_for_one',
      maxRestarts: -1,
      children: [troupe.child('a'), { ...troupe.child('a'), restart: 'often' }, { id: '', behavior: {} }],
    } as unknown as SupervisorSpec;
    const error = (await failure(troupe.start(spec))) as Error;
    for (const field of [
      'strategy',
      'maxRestarts',
      'children[1].restart',
      'children[1].id',
      'children[2].id',
    ]) {
      expect(error.message).toContain(`- ${field}: expected `);
    }
    expect(troupe.log).toEqual([]);
  });
});

describe('when a child ends', () => {
  it('one_for_one restarts that one', async () => {
    const troupe = new Troupe();
    await troupe.supervise('abc');
    troupe.exit('b');
    await troupe.settle();
    expect(troupe.log).toEqual(['end b: crash', 'begin b']);
  });

  it('one_for_all stops the others in reverse order and starts all in order', async () => {
    const troupe = new Troupe();
    await troupe.supervise('abc', { strategy: 'one_for_all' });
    troupe.exit('b');
    await troupe.settle();
    const ends = ['end b: crash', 'end c: shutdown', 'end a: shutdown'];
    expect(troupe.log).toEqual([...ends, 'begin a', 'begin b', 'begin c']);
  });

  it('rest_for_one stops those after it in reverse order and starts it and them in order', async () => {
    const troupe = new Troupe();
    await troupe.supervise('abcd', { strategy: 'rest_for_one' });
    troupe.exit('b');
    await troupe.settle();
    const ends = ['end b: crash', 'end d: shutdown', 'end c: shutdown'];
    expect(troupe.log).toEqual([...ends, 'begin b', 'begin c', 'begin d']);
  });

  it('a dynamic supervisor restarts that one', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('', { strategy: 'dynamic' });
    await supervisor.startChild(troupe.child('a'));
    await supervisor.startChild(troupe.child('b'));
    troupe.exit('a');
    await troupe.settle();
    expect(troupe.takeLog()).toEqual(['begin a', 'begin b', 'end a: crash', 'begin a']);
  });

  it('and is restarted, it gets its arguments and its name again', async () => {
    const troupe = new Troupe();
    await troupe.start({ children: [troupe.child('a', { name: 'star' })] });
    const before = troupe.ref('a');
    expect(troupe.node.whereis('star')).toEqual(before);
    troupe.node.exit(before, 'kill');
    await troupe.settle();
    expect(troupe.ref('a').equals(before)).toBe(false);
    expect(troupe.node.whereis('star')).toEqual(troupe.ref('a'));
  });

  it('a permanent one is restarted after any end, a transient one after an abnormal end, a temporary one never', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.start({
      maxRestarts: 10,
      children: [
        troupe.child('p'),
        troupe.child('t', { restart: 'transient' }),
        troupe.child('x', { restart: 'temporary' }),
      ],
    });
    troupe.takeLog();
    for (const reason of ['crash', 'shutdown']) {
      for (const id of ['p', 't', 'x']) troupe.exit(id, reason);
      await troupe.settle();
    }
    expect(troupe.log.filter((line) => line.startsWith('begin'))).toEqual(['begin p', 'begin t', 'begin p']);
    const children = await supervisor.whichChildren();
    expect(children.map(({ id, status }) => [id, status])).toEqual([
      ['p', 'running'],
      ['t', 'stopped'],
    ]);
  });

  it('temporary siblings that a group restart stops are gone for good, and stopped ones start again', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.start({
      strategy: 'one_for_all',
      children: [
        troupe.child('a'),
        troupe.child('x', { restart: 'temporary' }),
        troupe.child('t', { restart: 'transient' }),
      ],
    });
    await supervisor.terminateChild('t');
    troupe.takeLog();
    troupe.exit('a');
    await troupe.settle();
    expect(troupe.log).toEqual(['end a: crash', 'end x: shutdown', 'begin a', 'begin t']);
    expect(await supervisor.countChildren()).toMatchObject({ specs: 2, active: 2 });
  });

  it('a linked process that is no child is none of its business', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    const stranger = await troupe.node.spawn('actor', { args: 'stranger' });
    await troupe.node.call(stranger, 'do', (context: { link(ref: unknown): void }) =>
      context.link(supervisor.ref),
    );
    troupe.exit('stranger');
    await troupe.settle();
    expect(troupe.takeLog()).toEqual(['begin stranger', 'end stranger: crash']);
    expect(await supervisor.countChildren()).toMatchObject({ active: 1 });
  });
});

describe('restarts that do not help', () => {
  it('end the supervisor: its children stop in reverse order, and it says why', async () => {
    const troupe = new Troupe();
    const children = ['a', 'b', 'c'].map((id) => troupe.child(id));
    const supervisor = await troupe.start({ maxRestarts: 1, withinMs: 1000, children });
    const ends: unknown[] = [];
    troupe.node.monitor(supervisor.ref, (reason) => ends.push(reason));
    troupe.exit('b');
    await troupe.clock.advance(1000);
    troupe.takeLog();
    troupe.exit('b');
    await troupe.settle();
    expect(troupe.log).toEqual(['end b: crash', 'end c: shutdown', 'end a: shutdown']);
    expect(ends).toEqual([{ shutdown: 'reached_max_restart_intensity' }]);
    expect(troupe.events.at(-1)).toMatchObject({
      event: 'restart_intensity_exceeded',
      fields: { child: 'b' },
    });
    troupe.expectEmpty();
  });

  it('do not end it when they are spread over more time', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.start({ maxRestarts: 1, withinMs: 1000, children: [troupe.child('a')] });
    for (let n = 0; n < 5; n++) {
      troupe.exit('a');
      await troupe.clock.advance(1001);
    }
    expect(await supervisor.countChildren()).toMatchObject({ active: 1 });
  });

  it('count each failing start, and are tried again until it starts', async () => {
    const troupe = new Troupe();
    await troupe.supervise('abc', { strategy: 'rest_for_one', maxRestarts: 3 });
    troupe.part('b').failures = 2;
    troupe.exit('b');
    await troupe.settle();
    const attempt = ['begin b', 'end b: Error: b cannot start'];
    const ends = ['end b: crash', 'end c: shutdown'];
    expect(troupe.takeLog()).toEqual([...ends, ...attempt, ...attempt, 'begin b', 'begin c']);
    troupe.exit('a');
    await troupe.settle();
    expect(troupe.node.processCount).toBe(0);
  });

  it('are tried again from the sibling that did not start', async () => {
    const troupe = new Troupe();
    await troupe.supervise('abcd', { strategy: 'rest_for_one' });
    troupe.part('c').failures = 1;
    troupe.exit('b');
    await troupe.settle();
    const attempt = ['begin b', 'begin c', 'end c: Error: c cannot start'];
    expect(troupe.log.slice(3)).toEqual([...attempt, 'begin c', 'begin d']);
  });

  it('of a nested supervisor count with its parent, which may give up as well', async () => {
    const troupe = new Troupe();
    const nested = { maxRestarts: 0, children: [troupe.child('a')] };
    const supervisor = await troupe.start({ maxRestarts: 1, children: [{ id: 'team', behavior: nested }] });
    const ends: unknown[] = [];
    troupe.node.monitor(supervisor.ref, (reason) => ends.push(reason));
    troupe.exit('a');
    await troupe.settle();
    expect(troupe.log).toEqual(['begin a', 'end a: crash', 'begin a']);
    troupe.exit('a');
    await troupe.settle();
    expect(ends).toEqual([{ shutdown: 'reached_max_restart_intensity' }]);
    troupe.expectEmpty();
  });
});
