import { LocalNode } from './local-node.js';
import type { ProcessContext } from './process-context.js';
import { puppetDriver } from './puppet.spec-support.js';
import { Scheduler, type Runnable } from './scheduler.js';

const puppet = puppetDriver();

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
const ioTurn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('processes take turns', () => {
  it('no process waits for the whole mailbox of another', async () => {
    const node = new LocalNode({ id: 'n1' });
    const [greedy, modest] = [await node.spawn(puppet), await node.spawn(puppet)];
    let handled = 0;
    let seen = -1;
    for (let n = 0; n < 10_000; n++) node.cast(greedy, 'do', () => void handled++);
    node.cast(modest, 'do', () => (seen = handled));
    await node.call(modest, 'do', () => 0);
    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThanOrEqual(64);
    await node.call(greedy, 'do', () => 0);
    expect(handled).toBe(10_000);
  });

  it('a runnable that throws does not stop the others', async () => {
    const scheduler = new Scheduler();
    const uncaught: unknown[] = [];
    const microtask = globalThis.queueMicrotask;
    jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((callback) =>
      microtask(() => {
        try {
          callback();
        } catch (error) {
          uncaught.push(error);
        }
      }),
    );
    const error = new Error('a bug');
    const order: string[] = [];
    const runnable = (name: string, fail = false): Runnable => ({
      run: () => {
        order.push(name);
        if (fail) throw error;
        return 1;
      },
    });
    scheduler.wake(runnable('first', true));
    scheduler.wake(runnable('second'));
    await turnOfTheLoop();
    scheduler.wake(runnable('third'));
    await turnOfTheLoop();
    jest.restoreAllMocks();
    expect(order).toEqual(['first', 'second', 'third']);
    expect(uncaught).toEqual([error]);
  });
});

describe('sockets and timers get their turn', () => {
  /** Lets work go on without end until the event loop has come around. */
  async function comesAround(keepBusy: (stopped: () => boolean) => void): Promise<number> {
    let stopped = false;
    // Not a promise that hangs should the loop never come around: the work itself gives up.
    const giveUpAt = performance.now() + 2_000;
    keepBusy(() => stopped || performance.now() > giveUpAt);
    const start = performance.now();
    await ioTurn();
    stopped = true;
    return performance.now() - start;
  }

  it.each([
    ['sync', (work: () => void) => work()],
    ['async', async (work: () => void) => work()],
  ])('under an endless ping-pong of two processes with %s handlers', async (_, handler) => {
    const node = new LocalNode({ id: 'n1' });
    const [a, b] = [await node.spawn(puppet), await node.spawn(puppet)];
    const waited = await comesAround((stopped) => {
      const ping = (): unknown =>
        handler(() => {
          if (!stopped()) node.cast(b, 'do', pong);
        });
      const pong = (): unknown =>
        handler(() => {
          if (!stopped()) node.cast(a, 'do', ping);
        });
      node.cast(a, 'do', ping);
    });
    expect(waited).toBeLessThan(1_000);
  });

  it('under an endless chain of calls', async () => {
    const node = new LocalNode({ id: 'n1' });
    const [a, b] = [await node.spawn(puppet), await node.spawn(puppet)];
    const waited = await comesAround((stopped) => {
      node.cast(a, 'do', async (context: ProcessContext) => {
        while (!stopped()) await context.call(b, 'do', () => 1);
      });
    });
    expect(waited).toBeLessThan(1_000);
  });

  it('under one process with a huge mailbox of async handlers', async () => {
    const node = new LocalNode({ id: 'n1' });
    const ref = await node.spawn(puppet);
    let handled = 0;
    for (let n = 0; n < 100_000; n++) node.cast(ref, 'do', async () => void (handled++, busy(0.005)));
    await ioTurn();
    expect(handled).toBeGreaterThan(0);
    expect(handled).toBeLessThan(100_000);
    node.exit(ref, 'kill');
  });

  it('under a mailbox of handlers that each take long', async () => {
    const node = new LocalNode({ id: 'n1' });
    const ref = await node.spawn(puppet);
    let handled = 0;
    const slow = () => {
      handled++;
      busy(2);
    };
    for (let n = 0; n < 200; n++) node.cast(ref, 'do', slow);
    // The first share is handled before anybody knows that these take long.
    await ioTurn();
    for (let turn = 0; turn < 5; turn++) {
      const before = handled;
      await turnOfTheLoop();
      // 8 ms of 2 ms each, and the one that crosses the line; two drains may meet in one turn of ours.
      expect(handled - before).toBeLessThanOrEqual(10);
    }
    expect(handled).toBeGreaterThan(0);
    node.exit(ref, 'kill');
  });
});

it('handles a burst of one tick without waiting for another turn of the loop', async () => {
  const node = new LocalNode({ id: 'n1' });
  const ref = await node.spawn(puppet);
  let handled = 0;
  for (let n = 0; n < 10; n++) node.cast(ref, 'do', () => void handled++);
  await Promise.resolve();
  expect(handled).toBe(10);
});
