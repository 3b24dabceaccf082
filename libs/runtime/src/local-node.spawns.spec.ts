import {
  BehaviorNotFoundError,
  NameTakenError,
  SpawnFailedError,
  SpawnTimeoutError,
  type ProcessRef,
} from '@noex/contracts';
import { caught, setup } from './local-node.spec-support.js';
import type { ProcessContext } from './process-context.js';
import { gate, type Work } from './puppet.spec-support.js';

const boom = Object.assign(new TypeError('boom'), { code: 'E_BOOM' });

describe('a spawn', () => {
  it('resolves with the ref once init has finished; messages that came before wait for it', async () => {
    const { clock, node } = setup();
    const init = gate();
    let ref: ProcessRef | undefined;
    const spawned = node.spawn('puppet', { name: 'name', args: () => init.promise }).then((r) => (ref = r));
    const reply = node.call(node.whereis('name')!, 'echo', 'early');
    await clock.advance(100);
    expect(ref).toBeUndefined();
    init.open();
    expect(await reply).toBe('early');
    expect((await spawned).equals(node.whereis('name')!)).toBe(true);
    expect(node.wheel.size).toBe(0);
  });

  it('gives each process a number of its own, in the life of the node', async () => {
    const { node, puppet } = setup();
    const refs = [await node.spawn(puppet), await node.spawn('puppet')];
    node.exit(refs[1]!, 'kill');
    refs.push(await node.spawn(puppet));
    expect(refs.map(String)).toEqual(['n1~1~1', 'n1~1~2', 'n1~1~3']);
  });

  it('counts as started when its start has succeeded, and not when it failed', async () => {
    const { node, puppet } = setup();
    await node.spawn(puppet, { name: 'taken' });
    await caught(node.spawn(puppet, { name: 'taken' }));
    await caught(node.spawn(puppet, { args: () => Promise.reject(boom) }));
    expect(node.startedCount).toBe(1);
  });

  it('of an unknown behavior is BehaviorNotFoundError', async () => {
    const { node } = setup();
    const error = await caught(node.spawn('nobody'));
    expect(error).toBeInstanceOf(BehaviorNotFoundError);
    expect(error).toMatchObject({ data: { node: 'n1', behavior: 'nobody' } });
  });

  it.each<[string, Work]>([
    [
      'throws',
      () => {
        throw boom;
      },
    ],
    ['rejects', () => Promise.reject(boom)],
    [
      'rejects after a while',
      async () => {
        await Promise.resolve();
        await Promise.resolve();
        throw boom;
      },
    ],
  ])('whose init %s is SpawnFailedError with that error; nothing is left of it', async (_, init) => {
    const { node, ended, nothingLeft } = setup();
    const error = await caught(
      node.spawn('puppet', {
        name: 'name',
        args: (context: ProcessContext) => {
          context.sendAfter(100, 'tick');
          return init(context);
        },
      }),
    );
    expect(error).toBeInstanceOf(SpawnFailedError);
    expect(error).toMatchObject({
      outcome: 'not-run',
      cause: boom,
      data: { behavior: 'puppet', error: { name: 'TypeError', message: 'boom', code: 'E_BOOM' } },
    });
    expect(ended).toEqual([]);
    nothingLeft();
  });

  it('whose init does not end in time is SpawnTimeoutError; what init does later is nothing', async () => {
    const { clock, node, ended, nothingLeft } = setup();
    const init = gate();
    const args = async (context: ProcessContext) => {
      await init.promise;
      context.sendAfter(10, 'tick');
    };
    const error = caught(node.spawn('puppet', { name: 'name', args, timeoutMs: 200 }));
    await clock.advance(199);
    expect(node.processCount).toBe(1);
    await clock.advance(11);
    expect(await error).toBeInstanceOf(SpawnTimeoutError);
    expect(await error).toMatchObject({ data: { behavior: 'puppet', timeoutMs: 200 } });
    nothingLeft();
    init.open();
    await clock.advance(100);
    nothingLeft();
    expect(ended).toEqual([]);
  });

  it('has no limit of time where timeoutMs is Infinity', async () => {
    const { clock, node } = setup();
    const init = gate();
    const spawned = node.spawn('puppet', { args: () => init.promise, timeoutMs: Infinity });
    await clock.advance(1e6);
    init.open();
    expect(node.isAlive(await spawned)).toBe(true);
  });

  it('under a taken name is NameTakenError; the holder keeps it', async () => {
    const { node } = setup();
    const init = jest.fn();
    const holder = await node.spawn('puppet', { name: 'name' });
    const error = await caught(node.spawn('puppet', { name: 'name', args: init }));
    expect(error).toBeInstanceOf(NameTakenError);
    expect(error).toMatchObject({ data: { name: 'name', holder: holder.toString() } });
    expect(init).not.toHaveBeenCalled();
    expect(node.processCount).toBe(1);
    expect(node.whereis('name')!.equals(holder)).toBe(true);
  });

  it('whose init wants a taken name is SpawnFailedError', async () => {
    const { node } = setup();
    await node.spawn('puppet', { name: 'name' });
    const error = await caught(
      node.spawn('puppet', { args: (context: ProcessContext) => context.register('name') }),
    );
    expect(error).toMatchObject({ code: 'spawn_failed', data: { error: { code: 'name_taken' } } });
    expect(node.processCount).toBe(1);
  });

  it.each<[string, Work]>([
    ['sync', (context) => context.stop('shutdown')],
    ['async', async (context) => context.stop('shutdown')],
  ])('that is told to stop in its %s init is SpawnFailedError, once it has cleaned up', async (_, args) => {
    const { node, puppet, nothingLeft } = setup();
    const cleaned = jest.fn();
    const terminate = () => new Promise<void>((resolve) => setImmediate(resolve)).then(cleaned);
    const error = await caught(node.spawn({ ...puppet, terminate }, { args, name: 'name' }));
    expect(error).toBeInstanceOf(SpawnFailedError);
    expect(error).toMatchObject({ data: { behavior: 'puppet', reason: 'shutdown' } });
    expect(cleaned).toHaveBeenCalledTimes(1);
    nothingLeft();
  });

  it('that is killed in its init is SpawnFailedError at once', async () => {
    const { node, nothingLeft } = setup();
    const error = caught(node.spawn('puppet', { args: () => new Promise(() => {}), name: 'name' }));
    node.exit(node.whereis('name')!, 'kill');
    expect(await error).toMatchObject({ code: 'spawn_failed', data: { reason: 'killed' } });
    nothingLeft();
  });

  it('stands though the process ends right after its init', async () => {
    const { node } = setup();
    const args = async (context: ProcessContext) => void context.cast(context.self, 'do', stop);
    const stop = (context: ProcessContext) => context.stop();
    const ref = await node.spawn('puppet', { args });
    expect(node.isAlive(ref)).toBe(false);
  });
});

it('ctx.spawn starts a process of a behavior that the node knows', async () => {
  const { node } = setup();
  const ref = await node.spawn('puppet');
  const child = await node.call(ref, 'do', (context: ProcessContext) =>
    context.spawn('puppet', { name: 'name' }),
  );
  expect(String(child)).toBe('n1~1~2');
  const error = await caught(node.call(ref, 'do', (context: ProcessContext) => context.spawn('nobody')));
  expect(error).toMatchObject({ remoteCode: 'behavior_not_found' });
});
