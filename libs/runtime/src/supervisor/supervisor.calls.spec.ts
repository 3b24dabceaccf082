import {
  BehaviorNotFoundError,
  InvalidMessageError,
  ProcessNotFoundError,
  ProcessRef,
} from '@noex/contracts';
import { failure, Troupe } from '../../../../test/support/troupe.js';
import { ChildError } from './child-error.js';
import { stopSupervisor, Supervisor } from './supervisor.js';
import { supervisorDriver } from './supervisor.driver.js';
import type { ChildSpec } from './supervisor-spec.js';

describe('a supervisor can be asked', () => {
  it('to start a child, which then is the last in order', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('ab');
    const ref = await supervisor.startChild(troupe.child('c'));
    expect(ref).toEqual(troupe.ref('c'));
    await stopSupervisor(troupe.node, supervisor);
    expect(troupe.log).toEqual(['begin c', 'end c: shutdown', 'end b: shutdown', 'end a: shutdown']);
  });

  it('to start a child once: by its id it is there already, running or not', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    const started = await failure(supervisor.startChild(troupe.child('a')));
    expect(started).toBeInstanceOf(ChildError);
    const process = troupe.ref('a').toString();
    expect(started).toMatchObject({ code: 'child_already_started', outcome: 'not-run', data: { process } });
    await supervisor.terminateChild('a');
    const present = await failure(supervisor.startChild(troupe.child('a')));
    expect(present).toMatchObject({ code: 'child_already_present' });
  });

  it('to start a child, and a failure leaves no trace of it', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    troupe.part('b').failures = 1;
    expect(await failure(supervisor.startChild(troupe.child('b')))).toMatchObject({ code: 'spawn_failed' });
    const unknown = await failure(supervisor.startChild({ id: 'x', behavior: 'nobody' }));
    expect(unknown).toBeInstanceOf(BehaviorNotFoundError);
    expect(await supervisor.countChildren()).toEqual({ specs: 1, active: 1, supervisors: 0, workers: 1 });
    await supervisor.startChild(troupe.child('b'));
  });

  it('to start a child, whose spec is checked first', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    const bad = { id: 'b', behavior: 'actor', restart: 'sometimes', shutdownMs: -1 };
    const error = await failure(supervisor.startChild(bad as unknown as ChildSpec));
    expect(error).toBeInstanceOf(InvalidMessageError);
    expect((error as Error).message).toMatch(/restart: expected one of .*shutdownMs: expected a number/);
    for (const nonsense of [null, 7, 'actor', {}]) {
      const refused = await failure(troupe.node.call(supervisor.ref, 'startChild', nonsense));
      expect(refused).toBeInstanceOf(InvalidMessageError);
    }
  });

  it('to terminate a child, restart it and delete it, in that order', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('ab');
    for (const ask of ['restartChild', 'deleteChild'] as const) {
      expect(await failure(supervisor[ask]('a'))).toMatchObject({ code: 'child_running' });
    }
    await supervisor.terminateChild('a');
    await supervisor.terminateChild('a');
    expect(await supervisor.restartChild('a')).toEqual(troupe.ref('a'));
    await supervisor.terminateChild(troupe.ref('a'));
    await supervisor.deleteChild('a');
    expect(troupe.log).toEqual(['end a: shutdown', 'begin a', 'end a: shutdown']);
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'b' }]);
    for (const ask of ['terminateChild', 'restartChild', 'deleteChild'] as const) {
      expect(await failure(supervisor[ask]('a'))).toMatchObject({ code: 'child_not_found' });
    }
  });

  it('for a child by its process only while it is that process', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    const { node, incarnation, id } = troupe.ref('a');
    const elsewhere = new ProcessRef('n2', incarnation, id);
    const earlier = new ProcessRef(node, incarnation - 1, id);
    const former = troupe.ref('a');
    troupe.exit('a');
    await troupe.settle();
    for (const ref of [elsewhere, earlier, former]) {
      expect(await failure(supervisor.terminateChild(ref))).toMatchObject({ code: 'child_not_found' });
    }
    const fake = new ProcessRef('n2', incarnation, troupe.ref('a').id);
    expect(await failure(supervisor.terminateChild(fake))).toMatchObject({ code: 'child_not_found' });
  });

  it('to restart a child, which stays stopped when its start fails', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    await supervisor.terminateChild('a');
    troupe.part('a').failures = 1;
    expect(await failure(supervisor.restartChild('a'))).toMatchObject({ code: 'spawn_failed' });
    await troupe.settle();
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'a', status: 'stopped', ref: undefined }]);
    await supervisor.restartChild('a');
  });

  it('to terminate a temporary child, which is then forgotten', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    await supervisor.startChild(troupe.child('b', { restart: 'temporary' }));
    await supervisor.terminateChild('b');
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'a' }]);
  });

  it('what its children are, in start order', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.start({
      children: [
        troupe.child('a'),
        { id: 'team', behavior: { children: [troupe.child('b')] } },
        { id: 'crew', behavior: supervisorDriver(troupe.node, {}, 'crew-supervisor') },
        troupe.child('odd', { type: 'supervisor' }),
      ],
    });
    await supervisor.terminateChild('a');
    expect(await supervisor.countChildren()).toEqual({ specs: 4, active: 3, supervisors: 3, workers: 1 });
    expect(await supervisor.whichChildren()).toMatchObject([
      { id: 'a', status: 'stopped', ref: undefined, type: 'worker', behavior: 'actor' },
      { id: 'team', status: 'running', type: 'supervisor', behavior: 'supervisor' },
      { id: 'crew', status: 'running', type: 'supervisor', behavior: 'crew-supervisor' },
      { id: 'odd', status: 'running', ref: troupe.ref('odd'), type: 'supervisor', behavior: 'actor' },
    ]);
  });

  it('by plain calls to its ref, from a process too', async () => {
    const troupe = new Troupe();
    const { ref } = await troupe.supervise('a');
    expect(await troupe.node.call(ref, 'countChildren', undefined)).toMatchObject({ active: 1 });
    const client = await troupe.node.spawn('actor', { args: 'client' });
    const asked = await troupe.node.call(
      client,
      'do',
      (context: ConstructorParameters<typeof Supervisor>[0]) =>
        new Supervisor(context, ref).startChild(troupe.child('b')),
    );
    expect(asked).toEqual(troupe.ref('b'));
    expect(await failure(troupe.node.call(ref, 'toString', undefined))).toBeInstanceOf(InvalidMessageError);
  });

  it('only while it lives', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('a');
    await stopSupervisor(troupe.node, supervisor);
    expect(await failure(supervisor.countChildren())).toBeInstanceOf(ProcessNotFoundError);
  });
});

describe('a dynamic supervisor', () => {
  it('starts children of its template, each with an id of its own', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.start({
      strategy: 'dynamic',
      template: { behavior: 'actor', restart: 'temporary' },
    });
    await supervisor.startChild({ args: 'a' });
    await supervisor.startChild({ args: 'b', id: 'actor-2' });
    await supervisor.startChild({ args: 'c' });
    const children = await supervisor.whichChildren();
    expect(children.map(({ id, ref }) => [id, ref])).toEqual([
      ['actor-1', troupe.ref('a')],
      ['actor-2', troupe.ref('b')],
      ['actor-3', troupe.ref('c')],
    ]);
    troupe.exit('a');
    await supervisor.terminateChild(troupe.ref('b'));
    expect(await supervisor.whichChildren()).toMatchObject([{ id: 'actor-3' }]);
  });

  it('forgets a transient child that ended as planned, and any that it was asked to terminate', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('', { strategy: 'dynamic' });
    for (const id of ['a', 'b']) await supervisor.startChild(troupe.child(id, { restart: 'transient' }));
    troupe.exit('a', 'normal');
    await supervisor.terminateChild('b');
    await troupe.settle();
    expect(await supervisor.countChildren()).toMatchObject({ specs: 0 });
  });

  it('refuses to restart or delete a child', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('', { strategy: 'dynamic' });
    await supervisor.startChild(troupe.child('a'));
    for (const ask of ['restartChild', 'deleteChild'] as const) {
      expect(await failure(supervisor[ask]('a'))).toMatchObject({ code: 'child_is_dynamic' });
    }
  });

  it('needs a behavior, from the child or the template, and takes no children in its spec', async () => {
    const troupe = new Troupe();
    const supervisor = await troupe.supervise('', { strategy: 'dynamic' });
    expect(String(await failure(supervisor.startChild({ args: 1 })))).toContain('behavior: expected');
    const spec = { strategy: 'dynamic', children: [troupe.child('a')] } as const;
    expect(String(await failure(troupe.start(spec)))).toContain('- children: expected none');
    const template = { template: { behavior: 'actor' } };
    expect(String(await failure(troupe.start(template)))).toContain('- template: expected none');
  });
});
