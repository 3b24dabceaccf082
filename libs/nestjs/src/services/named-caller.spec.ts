import {
  CallTimeoutError,
  DrainingError,
  InvalidMessageError,
  NodeDownError,
  NodeUnreachableError,
  OverloadedError,
  ProcessNotFoundError,
  ProcessRef,
  RemoteError,
  type NoexError,
} from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { plainDriver } from '@noex/runtime';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import { NamedCaller } from './named-caller.js';

const idle = plainDriver({ name: 'idle', init: () => null, handleCall: { who: (_, s) => ['me', s] } });

describe('a call by name', () => {
  let clock: VirtualClock;
  let cluster: Cluster;
  let caller: NamedCaller;
  /** What the processes answer with, by ref; those that are not in here answer with their own ref. */
  let refusals: Map<string, NoexError>;
  let sent: { to: string; timeoutMs: number | undefined }[];

  beforeEach(async () => {
    clock = new VirtualClock();
    cluster = new Cluster({ nodeName: 'n1', transport: new MemoryNetwork().transport(), clock });
    cluster.addBehavior(idle);
    await cluster.start();
    caller = new NamedCaller(cluster, { name: 'main', scope: 'global' });
    refusals = new Map();
    sent = [];
    cluster.node.messenger = Object.assign(Object.create(cluster) as Cluster, {
      call: async (to: ProcessRef, _: string, __: unknown, options?: { timeoutMs?: number }) => {
        sent.push({ to: to.toString(), timeoutMs: options?.timeoutMs });
        const refusal = refusals.get(to.toString());
        if (refusal) throw refusal;
        return to.toString();
      },
    });
  });
  afterEach(() => cluster.stop(0));

  const call = (options?: { timeoutMs?: number; signal?: AbortSignal }) =>
    caller.call('add', { sku: 'A1' }, options);
  const failed = (promise: Promise<unknown>): Promise<NoexError> =>
    promise.then(
      (value) => Promise.reject(new Error(`it was answered: ${String(value)}`)),
      (error: unknown) => error as NoexError,
    );
  /** A process that has the name from now on; whoever had it before has lost it. */
  async function holder(): Promise<ProcessRef> {
    const ref = await cluster.node.spawn('idle');
    await cluster.names.unregister('main');
    await cluster.names.register('main', ref);
    return ref;
  }
  const refuse = (ref: ProcessRef, error: NoexError) => void refusals.set(ref.toString(), error);
  /** What has been started has come to where it waits. */
  const turns = async () => {
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };

  it('goes to whoever has the name at that moment, with its options as they are', async () => {
    const first = await holder();
    expect(await call({ timeoutMs: 70 })).toBe(first.toString());
    const second = await holder();
    expect(await call()).toBe(second.toString());
    expect(sent).toEqual([
      { to: first.toString(), timeoutMs: 70 },
      { to: second.toString(), timeoutMs: undefined },
    ]);
  });

  it.each([
    ['the process is gone', new ProcessNotFoundError('gone')],
    ['its node is out of reach', new NodeUnreachableError('away')],
    ['its node drains', new DrainingError('leaving')],
  ])(
    'that was refused because %s waits for the next one of the name, and goes there once',
    async (_, error) => {
      const first = await holder();
      refuse(first, error);
      const answer = call({ timeoutMs: 1000 });
      await clock.advance(300);
      expect(sent).toHaveLength(1);
      const second = await holder();
      expect(await answer).toBe(second.toString());
      // What is left of the time that its caller gave it.
      expect(sent).toEqual([
        { to: first.toString(), timeoutMs: 1000 },
        { to: second.toString(), timeoutMs: 700 },
      ]);
    },
  );

  it('that was refused goes at once to another one that has the name already', async () => {
    const first = await holder();
    refuse(first, new ProcessNotFoundError('gone'));
    const answer = call();
    // Before the refusal has arrived.
    const second = holder();
    expect(await answer).toBe((await second).toString());
  });

  it('is sent to the same process again only when that one had lost the name in between', async () => {
    const ref = await holder();
    refuse(ref, new NodeUnreachableError('away'));
    const answer = call();
    await turns();
    await cluster.names.unregister('main');
    await turns();
    refusals.clear();
    expect(sent).toHaveLength(1);
    await cluster.names.register('main', ref);
    expect(await answer).toBe(ref.toString());
  });

  it.each<[string, NoexError]>([
    ['no reply came in time', new CallTimeoutError('late')],
    ['its node went down', new NodeDownError('down')],
    ['the handler threw', new RemoteError({ name: 'Error', message: 'no', code: 'noproc' })],
    ['a guard refused it', new RemoteError({ name: 'Error', message: 'no', outcome: 'not-run' })],
    ['the mailbox is full', new OverloadedError('full')],
    ['it is invalid', new InvalidMessageError('wrong')],
  ])('is never sent twice where %s', async (_, error) => {
    refuse(await holder(), error);
    const answer = failed(call());
    expect(await answer).toBe(error);
    await holder();
    await turns();
    expect(sent).toHaveLength(1);
  });

  it('fails with the refusal when its time is over and the name still means who refused, not earlier', async () => {
    const refusal = new DrainingError('leaving');
    refuse(await holder(), refusal);
    let ended: unknown;
    const answer = failed(call({ timeoutMs: 500 })).then((error) => (ended = error));
    await clock.advance(499);
    expect(ended).toBeUndefined();
    await clock.advance(11);
    await answer;
    expect(ended).toBe(refusal);
    expect(sent).toHaveLength(1);
  });

  it('waits for a name that nobody has', async () => {
    const answer = call();
    await clock.advance(1000);
    expect(await Promise.all([answer, holder().then((ref) => ref.toString())])).toEqual([
      sent[0]!.to,
      sent[0]!.to,
    ]);
  });

  it('fails when nobody has had the name in time, and says which name, where it looked and for how long', async () => {
    const answer = failed(call({ timeoutMs: 300 }));
    await clock.advance(310);
    const error = await answer;
    expect(error).toBeInstanceOf(ProcessNotFoundError);
    expect(error.message).toBe(
      'nobody had the global name "main" in the cluster as node "n1" sees it (without any other node): "add" waited 300 ms and was not sent',
    );
    expect(error).toMatchObject({
      outcome: 'not-run',
      data: { name: 'main', scope: 'global', method: 'add', node: 'n1', nodes: [], timeoutMs: 300 },
    });
  });

  it('takes no time limit that is none', async () => {
    expect(await failed(call({ timeoutMs: 0 }))).toBeInstanceOf(InvalidMessageError);
  });

  it('ends with the reason of its signal while it waits, and watches the name no longer', async () => {
    const unwatch = jest.fn();
    const watch = jest.spyOn(cluster.names, 'onChange').mockReturnValue(unwatch);
    const controller = new AbortController();
    const answers = [failed(call({ signal: controller.signal })), failed(call({ timeoutMs: 50 }))];
    await turns();
    controller.abort(new Error('enough'));
    expect((await answers[0]!).message).toBe('enough');
    expect(unwatch).not.toHaveBeenCalled();
    await clock.advance(60);
    await answers[1];
    expect([watch.mock.calls.length, unwatch.mock.calls.length]).toEqual([1, 1]);
    expect((await failed(call({ signal: controller.signal }))).message).toBe('enough');
  });

  it('fails when its node stops while it waits, and after that', async () => {
    const answer = failed(call());
    await turns();
    const stopped = cluster.stop(0);
    await clock.advance(2000);
    await stopped;
    for (const error of [await answer, await failed(call())]) {
      expect(error).toMatchObject({ code: 'node_not_running', outcome: 'not-run', data: { name: 'main' } });
    }
  });

  describe('of this node alone', () => {
    beforeEach(() => void (caller = new NamedCaller(cluster, { name: 'here', scope: 'local' })));

    it('finds whoever its supervisor has started anew', async () => {
      const first = await cluster.node.spawn('idle', { name: 'here' });
      expect(await call()).toBe(first.toString());
      refuse(first, new ProcessNotFoundError('gone'));
      const answer = call();
      await turns();
      cluster.node.exit(first, 'kill');
      await clock.advance(100);
      const second = await cluster.node.spawn('idle', { name: 'here' });
      await clock.advance(20);
      expect(await answer).toBe(second.toString());
    });

    it('does not take a global name for it, and says where it looked', async () => {
      await cluster.names.register('here', await cluster.node.spawn('idle'));
      const answer = failed(call({ timeoutMs: 100 }));
      await clock.advance(110);
      expect((await answer).message).toContain(
        'nobody had the local name "here" in node "n1", where alone a local name is looked for',
      );
    });
  });
});
