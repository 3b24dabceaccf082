import { OverloadedError, type Logger } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { MessageRejected, NO_HANDLER } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { LocalNodeOptions } from './local-node-options.js';
import { Message, MessageKind } from './message.js';
import type { ProcessContext } from './process-context.js';
import { gate, puppetDriver, type Work } from './puppet.spec-support.js';

function setup(options: Partial<LocalNodeOptions> = {}) {
  const clock = new VirtualClock();
  const errors: { message: string; fields: Readonly<Record<string, unknown>> | undefined }[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => void errors.push({ message, fields }),
  };
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, logger, ...options });
  /** What the processes were told besides work, in order. */
  const news: unknown[] = [];
  const puppet = puppetDriver({
    info(cell, name, payload) {
      if (name === 'do') return (payload as Work)(cell.context);
      news.push(name === 'EXIT' ? { name, ...(payload as object) } : name);
      return undefined;
    },
    down(_cell, down) {
      const { reason } = down;
      if (typeof reason === 'object' && 'shutdown' in reason) return (reason.shutdown as () => unknown)();
      news.push(down);
      return undefined;
    },
  });
  return { clock, node, news, errors, puppet, spawn: () => node.spawn(puppet) };
}

describe('messages from one sender', () => {
  it('are handled in the order they were sent, whatever their kind', async () => {
    const { node, spawn } = setup();
    const [sender, receiver] = [await spawn(), await spawn()];
    const order: number[] = [];
    await node.call(sender, 'do', (context: ProcessContext) => {
      for (let n = 0; n < 300; n += 3) {
        context.cast(receiver, 'do', () => order.push(n));
        context.send(receiver, 'do', async () => order.push(n + 1));
        void context.call(receiver, 'do', () => order.push(n + 2));
      }
    });
    await node.call(receiver, 'do', () => 'the last');
    expect(order).toEqual(Array.from({ length: 300 }, (_, n) => n));
  });

  it('come before the news of its end', async () => {
    const { node, spawn, clock, news } = setup();
    const [sender, receiver] = [await spawn(), await spawn()];
    await node.call(receiver, 'do', (context: ProcessContext) => context.monitor(sender));
    node.cast(sender, 'do', (context: ProcessContext) => {
      context.send(receiver, 'last words');
      context.stop();
    });
    await clock.advance(0);
    expect(news).toEqual(['last words', { ref: sender, monitor: 1, reason: 'normal' }]);
  });
});

describe('a process handles one message at a time', () => {
  it('also where a handler is async, throws later, or is of another kind', async () => {
    const { node, spawn, clock } = setup();
    const ref = await spawn();
    const trace: string[] = [];
    const work = (name: string) => async () => {
      trace.push(`${name} begins`);
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      trace.push(`${name} ends`);
    };
    const failing = node.call(ref, 'do', () => work('call')().then(() => Promise.reject(new Error('x'))));
    node.cast(ref, 'do', work('cast'));
    node.send(ref, 'do', work('info'));
    node.cast(ref, 'do', () => trace.push('sync'));
    await expect(failing).rejects.toThrow('x');
    for (let n = 0; n < 3; n++) await clock.advance(0);
    const pairs = ['call', 'cast', 'info'].flatMap((name) => [`${name} begins`, `${name} ends`]);
    expect(trace).toEqual([...pairs, 'sync']);
  });

  it('and other processes go on meanwhile', async () => {
    const { node, spawn } = setup();
    const [slow, other] = [await spawn(), await spawn()];
    const work = gate();
    const pending = node.call(slow, 'do', () => work.promise.then(() => 'slow'));
    expect(await node.call(other, 'do', () => 'other')).toBe('other');
    work.open();
    expect(await pending).toBe('slow');
  });
});

describe('a mailbox', () => {
  /** A process at work on a message, with a full mailbox behind it. */
  async function full(mailboxLimit = 3) {
    const all = setup({ mailboxLimit });
    const { node, spawn, clock } = all;
    const ref = await spawn();
    const work = gate();
    let context!: ProcessContext;
    node.cast(ref, 'do', (own: ProcessContext) => {
      context = own;
      return work.promise;
    });
    await clock.advance(0);
    const handled: number[] = [];
    for (let n = 0; n < mailboxLimit; n++) expect(node.cast(ref, 'do', () => handled.push(n))).toBe(true);
    return { ...all, ref, work, handled, context };
  }

  it('that is full refuses calls with OverloadedError, casts and infos with false, all counted', async () => {
    const { node, ref, work, clock, handled } = await full();
    const refused = jest.fn();
    const error = await node.call(ref, 'do', refused).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OverloadedError);
    expect(error).toMatchObject({ outcome: 'not-run', data: { behavior: 'puppet', depth: 3 } });
    expect(node.cast(ref, 'do', refused)).toBe(false);
    expect(node.send(ref, 'do', refused)).toBe(false);
    expect(node.drops.get('mailbox_full')).toBe(3);
    expect(node.queuedMessages).toBe(3);
    expect(node.wheel.size).toBe(0);
    work.open();
    await clock.advance(0);
    expect(handled).toEqual([0, 1, 2]);
    expect(refused).not.toHaveBeenCalled();
    expect(await node.call(ref, 'do', () => 'room again')).toBe('room again');
  });

  it('that is full still takes the news of monitors and links', async () => {
    const { node, work, clock, news, spawn, context } = await full();
    const [watched, linked] = [await spawn(), await spawn()];
    context.trapExits(true);
    context.monitor(watched);
    context.link(linked);
    node.exit(watched, 'shutdown');
    node.exit(linked, 'shutdown');
    await clock.advance(0);
    expect(node.queuedMessages).toBe(5);
    work.open();
    await clock.advance(0);
    expect(news).toEqual([
      { ref: watched, monitor: expect.any(Number), reason: 'shutdown' },
      { name: 'EXIT', from: linked, reason: 'shutdown' },
    ]);
  });

  it('that is full is not opened by a message that only bears the name of such news', async () => {
    const { node, ref } = await full();
    expect(node.send(ref, 'EXIT', { from: ref, reason: 'forged' })).toBe(false);
    expect(node.cast(ref, 'EXIT', () => 0)).toBe(false);
    await expect(node.call(ref, 'EXIT', () => 0)).rejects.toBeInstanceOf(OverloadedError);
    const message = new Message(MessageKind.Info, 'EXIT', {}, undefined, undefined, null);
    expect(node.deliver(ref.id, message)).toBe(false);
  });

  it('that is full does not delay a stop: it comes before the next message', async () => {
    const { node, ref, work, clock, handled } = await full();
    node.exit(ref, 'shutdown');
    expect(node.isAlive(ref)).toBe(true);
    work.open();
    await clock.advance(0);
    expect(node.isAlive(ref)).toBe(false);
    expect(handled).toEqual([]);
    expect(node.drops.get('process_exited')).toBe(3);
  });

  it('that is full does not delay a kill', async () => {
    const { node, ref } = await full();
    node.exit(ref, 'kill');
    expect(node.isAlive(ref)).toBe(false);
    expect(node.queuedMessages).toBe(0);
  });
});

describe('a handler that throws', () => {
  it.each(['cast', 'info', 'down'] as const)(
    'ends its process with that error where it handles a %s; it is logged once',
    async (kind) => {
      for (const fail of [
        (error: unknown) => () => {
          throw error;
        },
        (error: unknown) => () => Promise.reject(error),
      ]) {
        const { node, spawn, clock, errors, news } = setup();
        const ref = await spawn();
        const down = jest.fn();
        node.monitor(ref, down);
        const error = new RangeError('no way on');
        const work = fail(error);
        if (kind === 'cast') node.cast(ref, 'do', work);
        else if (kind === 'info') node.send(ref, 'do', work);
        else {
          const other = await spawn();
          await node.call(ref, 'do', (context: ProcessContext) => context.monitor(other));
          node.exit(other, { shutdown: work });
        }
        node.cast(ref, 'do', () => news.push('not handled'));
        await clock.advance(0);
        expect(down.mock.calls).toEqual([[error]]);
        if (kind !== 'down') expect(news).toEqual([]);
        expect(errors).toEqual([
          {
            message: `process n1~1~1 ("puppet") ended: RangeError: no way on`,
            fields: { event: 'process_exit', process: 'n1~1~1', behavior: 'puppet', error },
          },
        ]);
      }
    },
  );

  it('with something that is no error ends its process with an error that says it', async () => {
    const { node, spawn, clock } = setup();
    const ref = await spawn();
    const reasons: unknown[] = [];
    node.monitor(ref, (reason) => reasons.push(reason));
    node.cast(ref, 'do', () => {
      throw 'text';
    });
    await clock.advance(0);
    expect(reasons).toEqual([new Error('text')]);
  });

  it('with something that has no text form ends its process all the same', async () => {
    const { node, spawn, clock } = setup();
    const ref = await spawn();
    const reasons: unknown[] = [];
    node.monitor(ref, (reason) => reasons.push(reason));
    node.cast(ref, 'do', () => {
      throw Object.create(null);
    });
    await clock.advance(0);
    expect(reasons).toEqual([expect.any(Error)]);
  });
});

describe('a message without a handler', () => {
  it.each(['cast', 'send'] as const)('is counted where it is a %s; the process lives on', async (kind) => {
    const { node, puppet, clock } = setup();
    const deaf = await node.spawn({ ...puppet, cast: () => NO_HANDLER, info: async () => NO_HANDLER });
    expect(node[kind](deaf, 'unknown', 1)).toBe(true);
    await clock.advance(0);
    expect(node.drops.get('no_handler')).toBe(1);
    expect(node.isAlive(deaf)).toBe(true);
  });

  it('is no loss where it is the news of a monitor', async () => {
    const { node, puppet, spawn, clock } = setup();
    const [deaf, other] = [await node.spawn({ ...puppet, down: () => NO_HANDLER }), await spawn()];
    await node.call(deaf, 'do', (context: ProcessContext) => context.monitor(other));
    node.exit(other, 'kill');
    await clock.advance(0);
    expect([...node.drops.entries()]).toEqual([]);
  });
});

it('a rejected cast is counted, and the process lives on with its state', async () => {
  const { node, spawn, clock } = setup();
  const ref = await spawn();
  node.cast(ref, 'do', async () => {
    throw new MessageRejected('not valid', []);
  });
  await clock.advance(0);
  expect(node.drops.get('invalid_message')).toBe(1);
  expect(node.isAlive(ref)).toBe(true);
});
