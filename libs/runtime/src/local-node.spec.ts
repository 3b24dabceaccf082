import {
  BehaviorNotFoundError,
  DrainingError,
  InvalidMessageError,
  NameTakenError,
  ProcessNotFoundError,
  RemoteError,
  SpawnFailedError,
  SpawnTimeoutError,
  type ExitReason,
  type ProcessRef,
} from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { NO_HANDLER, type BehaviorDriver } from './behavior.js';
import { LocalNode, type LocalNodeOptions } from './local-node.js';
import type { ProcessContext } from './process-context.js';

type Work = (context: ProcessContext) => unknown;

function setup(options: Partial<LocalNodeOptions> = {}) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, ...options });
  const ended: string[] = [];
  /** A process that does what its messages, and its args, say. */
  const puppet: BehaviorDriver = {
    name: 'puppet',
    crashOnCallError: false,
    shutdownMs: 1000,
    init: (cell, args) => (typeof args === 'function' ? (args as Work)(cell.context) : undefined),
    call: (cell, name, payload) => (name === 'echo' ? payload : (payload as Work)(cell.context)),
    cast: (cell, _name, work) => (work as Work)(cell.context),
    info: () => NO_HANDLER,
    down: () => NO_HANDLER,
    terminate: (cell, reason) => void ended.push(`${cell.context.self.id} ${String(reason)}`),
  };
  node.addBehavior(puppet);
  const nothingLeft = () => {
    expect(node.processCount).toBe(0);
    expect(node.wheel.size).toBe(0);
    expect(node.whereis('name')).toBeUndefined();
  };
  return { clock, node, puppet, ended, nothingLeft };
}

function gate() {
  let open!: () => void;
  let fail!: (error: unknown) => void;
  const promise = new Promise<void>((resolve, reject) => ([open, fail] = [resolve, reject]));
  return { promise, open, fail };
}

const boom = Object.assign(new TypeError('boom'), { code: 'E_BOOM' });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

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

describe('stop', () => {
  it('ends every process with `shutdown`, newest first, and says that none was killed', async () => {
    const { node, ended, nothingLeft } = setup();
    const reasons: ExitReason[] = [];
    for (let n = 0; n < 3; n++) node.monitor(await node.spawn('puppet'), (reason) => reasons.push(reason));
    expect(await node.stop(1_000)).toBe(0);
    expect(ended).toEqual(['3 shutdown', '2 shutdown', '1 shutdown']);
    expect(reasons).toEqual(['shutdown', 'shutdown', 'shutdown']);
    nothingLeft();
  });

  it('waits for handlers and terminate, and kills within its budget what has not ended', async () => {
    const { clock, node, puppet } = setup();
    const slow = { ...puppet, shutdownMs: 60_000, terminate: () => new Promise(() => {}) };
    const [stuck, quick, ending] = [
      await node.spawn(puppet),
      await node.spawn(puppet),
      await node.spawn(slow),
    ];
    const reasons = new Map<string, ExitReason>();
    for (const [name, ref] of Object.entries({ stuck, quick, ending })) {
      node.monitor(ref, (reason) => reasons.set(name, reason));
    }
    const work = gate();
    const reply = node.call(quick, 'do', () => work.promise.then(() => 'answered'));
    const lost = caught(node.call(stuck, 'do', () => new Promise(() => {})));
    await clock.advance(0);
    let killed: number | undefined;
    void node.stop(1_000).then((count) => (killed = count));
    await clock.advance(500);
    work.open();
    expect(await reply).toBe('answered');
    await clock.advance(499);
    expect(killed).toBeUndefined();
    await clock.advance(1);
    expect(killed).toBe(2);
    expect(Object.fromEntries(reasons)).toEqual({ stuck: 'killed', ending: 'killed', quick: 'shutdown' });
    expect(await lost).toMatchObject({ code: 'process_exited' });
    expect([node.processCount, node.wheel.size, clock.pending]).toEqual([0, 0, 0]);
  });

  it('ends a process that still starts: its spawn fails', async () => {
    const { clock, node } = setup();
    const spawned = caught(node.spawn('puppet', { args: () => new Promise(() => {}) }));
    const stopped = node.stop(1_000);
    await clock.advance(1_000);
    expect(await stopped).toBe(1);
    expect(await spawned).toMatchObject({ code: 'spawn_failed' });
  });

  it('takes no new process from then on, also none that the end of another asks for', async () => {
    const { node, puppet } = setup();
    const errors: unknown[] = [];
    const respawn = () => node.spawn(puppet).catch((error: unknown) => errors.push(error));
    node.monitor(await node.spawn(puppet), respawn);
    const stopped = node.stop(1_000);
    void respawn();
    await stopped;
    await respawn();
    expect(errors).toEqual([1, 2, 3].map(() => expect.any(DrainingError)));
    expect(node.processCount).toBe(0);
  });

  it('without a limit waits as long as it takes', async () => {
    const { clock, node } = setup();
    const work = gate();
    node.cast(await node.spawn('puppet'), 'do', () => work.promise);
    await clock.advance(0);
    const stopped = node.stop(Infinity);
    await clock.advance(1e6);
    work.open();
    expect(await stopped).toBe(0);
  });

  it('of a node without processes ends at once; calls after it fail as any to nobody', async () => {
    const { clock, node } = setup();
    const ref = await node.spawn('puppet');
    await node.stop(1_000);
    expect(await node.stop(1_000)).toBe(0);
    expect([node.wheel.size, clock.pending]).toEqual([0, 0]);
    expect(await caught(node.call(ref, 'echo', 1))).toBeInstanceOf(ProcessNotFoundError);
    expect(node.wheel.size).toBe(0);
  });
});

describe('a payload', () => {
  it('passes by reference, both ways', async () => {
    const { node } = setup();
    const ref = await node.spawn('puppet');
    const payload = { lines: [1] };
    expect(await node.call(ref, 'echo', payload)).toBe(payload);
  });

  describe('with copyPayload', () => {
    const copyPayload = (payload: unknown): unknown => {
      if (payload === 'unsendable') throw new TypeError('cannot be sent');
      return Array.isArray(payload) ? [...payload, 'copy'] : payload;
    };

    it('is copied on its way to init, to a handler, and back', async () => {
      const { node, puppet } = setup({ copyPayload });
      let args: unknown;
      const ref = await node.spawn(
        { ...puppet, init: (_, given) => void (args = given) },
        { args: ['args'] },
      );
      expect(args).toEqual(['args', 'copy']);
      expect(await node.call(ref, 'echo', ['call'])).toEqual(['call', 'copy', 'copy']);
    });

    it('is copied for casts, infos and deferred replies as well', async () => {
      const { clock, node, puppet } = setup({ copyPayload });
      const got: unknown[] = [];
      const note = (_: unknown, __: string, payload: unknown) => void got.push(payload);
      const ref = await node.spawn({ ...puppet, cast: note, info: note });
      node.cast(ref, 'x', ['cast']);
      node.send(ref, 'x', ['info']);
      await clock.advance(0);
      expect(got).toEqual([
        ['cast', 'copy'],
        ['info', 'copy'],
      ]);
      expect(
        await node.call(ref, 'do', (context: ProcessContext) => context.deferReply().ok(['late'])),
      ).toEqual(['late', 'copy']);
    });

    it('that cannot be copied fails its call, cast and spawn with that error, and nothing waits', async () => {
      const { clock, node, nothingLeft } = setup({ copyPayload });
      expect(await caught(node.spawn('puppet', { args: 'unsendable', name: 'name' }))).toBeInstanceOf(
        TypeError,
      );
      nothingLeft();
      const ref = await node.spawn('puppet');
      expect(await caught(node.call(ref, 'echo', 'unsendable'))).toBeInstanceOf(TypeError);
      expect(() => node.cast(ref, 'echo', 'unsendable')).toThrow(TypeError);
      expect(() => node.send(ref, 'echo', 'unsendable')).toThrow(TypeError);
      expect([node.wheel.size, clock.pending]).toEqual([0, 0]);
    });

    it('that is a reply and cannot be copied is the error of a handler that ran', async () => {
      const { node } = setup({ copyPayload });
      const ref = await node.spawn('puppet');
      const error = await caught(node.call(ref, 'do', () => 'unsendable'));
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ name: 'TypeError', outcome: 'ran' });
      expect(node.isAlive(ref)).toBe(true);
    });
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
