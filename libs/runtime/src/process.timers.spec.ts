import { VirtualClock } from '@noex/testing';
import { LocalNode } from './local-node.js';
import type { LocalNodeOptions } from './local-node-options.js';
import type { ProcessContext } from './process-context.js';
import { puppetDriver, type Work } from './puppet.spec-support.js';

async function setup(options: Partial<LocalNodeOptions> = {}) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, ...options });
  const got: string[] = [];
  /** A process that does what its calls say and notes its infos. */
  const puppet = puppetDriver({
    info: (cell, name, payload) =>
      void got.push(`${cell.context.self.id} ${name} ${String(payload)} @${clock.now()}`),
  });
  const [ref, other] = [await node.spawn(puppet), await node.spawn(puppet)];
  const run = (work: Work) => node.call(ref, 'do', work);
  return { clock, node, got, ref, other, run };
}

it('sendAfter sends an info message after the delay, once, to itself or another', async () => {
  const { clock, got, run, other, node } = await setup();
  await run((context) => {
    context.sendAfter(30, 'tick', 'a');
    context.sendAfter(20, 'tick', 'b', other);
  });
  await clock.advance(19);
  expect(got).toEqual([]);
  await clock.advance(1_000);
  expect(got).toEqual(['2 tick b @20', '1 tick a @30']);
  expect(node.wheel.size).toBe(0);
});

it('cancelTimer says whether it came in time', async () => {
  const { clock, got, run } = await setup();
  const [first, second] = (await run((context) => [
    context.sendAfter(20, 'first'),
    context.sendAfter(50, 'second'),
  ])) as [number, number];
  expect(first).not.toBe(second);
  await clock.advance(30);
  const cancel = (timer: number) => run((context) => context.cancelTimer(timer));
  expect(await cancel(first)).toBe(false);
  expect(await cancel(second)).toBe(true);
  expect(await cancel(second)).toBe(false);
  await clock.advance(100);
  expect(got).toHaveLength(1);
});

it.each(['kill', 'shutdown'])('the timers of a process are nothing after its end by %s', async (reason) => {
  const { clock, node, got, run, ref, other } = await setup();
  await run((context) => {
    context.sendAfter(20, 'own');
    context.sendAfter(20, 'to another', 0, other);
  });
  node.exit(ref, reason);
  await clock.advance(0);
  expect(node.wheel.size).toBe(0);
  await clock.advance(100);
  expect(got).toEqual([]);
});

it('a timer for a process that has ended is a counted loss', async () => {
  const { clock, node, run, other } = await setup();
  await run((context) => context.sendAfter(20, 'tick', 0, other));
  node.exit(other, 'kill');
  await clock.advance(100);
  expect(node.drops.get('noproc')).toBe(1);
});

it('a timer whose payload cannot be sent ends its process with that error, and no other timer suffers', async () => {
  const unsendable = new Error('cannot be sent');
  const copyPayload = (payload: unknown) => {
    if (payload === 'unsendable') throw unsendable;
    return payload;
  };
  const { clock, node, got, ref, other, run } = await setup({ copyPayload });
  const down = jest.fn();
  node.monitor(ref, down);
  await run((context) => context.sendAfter(20, 'tick', 'unsendable'));
  await node.call(other, 'do', (context: ProcessContext) => context.sendAfter(20, 'tick', 'fine'));
  await clock.advance(100);
  expect(down.mock.calls).toEqual([[unsendable]]);
  expect(got).toEqual(['2 tick fine @20']);
});

it('an interval comes again and again, without drift, until it is cancelled', async () => {
  const { clock, node, got, run } = await setup();
  const timer = (await run((context) => context.sendEvery(25, 'tick', 'x'))) as number;
  await clock.advance(80);
  // 25, 50, 75: the wheel rounds up to its tick of 10, the next one counts from when it was due.
  expect(got).toEqual(['1 tick x @30', '1 tick x @50', '1 tick x @80']);
  expect(await run((context) => context.cancelTimer(timer))).toBe(true);
  await clock.advance(100);
  expect(got).toHaveLength(3);
  expect(node.wheel.size).toBe(0);
});

it('an interval ends with its process', async () => {
  const { clock, node, got, run, ref } = await setup();
  await run((context) => context.sendEvery(20, 'tick'));
  await clock.advance(25);
  node.exit(ref, 'kill');
  await clock.advance(100);
  expect([got.length, node.wheel.size]).toEqual([1, 0]);
});

it('an interval that is no time is refused', async () => {
  const { run } = await setup();
  await expect(run((context) => context.sendEvery(0, 'tick'))).rejects.toThrow(/above 0/);
});

it('a delay that is no time is refused', async () => {
  const { run, node } = await setup();
  for (const delay of [NaN, -1]) {
    await expect(run((context) => context.sendAfter(delay, 'tick'))).rejects.toThrow(/0 or more/);
  }
  expect(node.wheel.size).toBe(0);
});
