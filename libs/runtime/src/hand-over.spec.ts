import type { ExitReason, LogFields } from '@noex/contracts';
import { silentLogger } from '@noex/contracts';
import { HandOver } from './hand-over.js';
import { LocalNode } from './local-node.js';
import { plainDriver } from './plain-behavior.js';

type OnDrain = (state: string[]) => unknown;

function setUp(onDrain: OnDrain, shutdownMs = 5_000) {
  const events: LogFields[] = [];
  const logger = { ...silentLogger, error: (_: string, fields?: LogFields) => void events.push(fields!) };
  const node = new LocalNode({ id: 'a', incarnation: 1, logger });
  const log: string[] = [];
  const driver = plainDriver<string[], void>({
    name: 'cart',
    shutdownMs,
    init: () => log,
    handleCast: { note: (what: string, state) => (state.push(what), state) },
    onDrain: onDrain as never,
    terminate: (reason: ExitReason, state) => void state.push(`terminate ${String(reason)}`),
  });
  return { node, driver, log, events };
}

it('runs before terminate, after the message at hand, in a process that stops because its node leaves', async () => {
  const { node, driver, log } = setUp((state) => void state.push('drain'));
  const cart = await node.spawn(driver);
  node.cast(cart, 'note', 'cast');
  await new Promise(setImmediate);
  node.handOver = new HandOver();
  expect(await node.stop(1_000)).toBe(0);
  expect(log).toEqual(['cast', 'drain', 'terminate shutdown']);
});

it('does not run where the node does not leave, nor where the process ends for another reason', async () => {
  const { node, driver, log } = setUp((state) => void state.push('drain'));
  for (const reason of ['shutdown', 'normal', 'killed']) {
    if (reason !== 'shutdown') node.handOver = new HandOver();
    node.exit(await node.spawn(driver), reason);
    await new Promise(setImmediate);
  }
  expect(log).toEqual(['terminate shutdown', 'terminate normal', 'terminate killed']);
});

it('is counted where the state lives on elsewhere, and only then', async () => {
  const results = [{ handedOver: true }, { handedOver: false }, undefined, null, 'handedOver'];
  const { node, driver } = setUp(async () => {
    await null;
    return results.pop();
  });
  for (let n = results.length; n > 0; n--) await node.spawn(driver);
  const handOver = (node.handOver = new HandOver());
  await node.stop(1_000);
  expect([results.length, handOver.handedOver]).toEqual([0, 1]);
});

it.each([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no'))],
])('one that %s is logged, and terminate runs all the same', async (_, onDrain) => {
  const { node, driver, log, events } = setUp(onDrain);
  await node.spawn(driver);
  node.handOver = new HandOver();
  expect(await node.stop(1_000)).toBe(0);
  expect(log).toEqual(['terminate shutdown']);
  expect(events).toMatchObject([{ event: 'drain_hook_failed', behavior: 'cart' }]);
});

it('one that takes longer than shutdownMs costs its process its life, and the node no more time', async () => {
  const { node, driver, log } = setUp(() => new Promise(() => {}), 20);
  const cart = await node.spawn(driver);
  const ended = new Promise((resolve) => node.monitor(cart, resolve));
  node.handOver = new HandOver();
  expect(await node.stop(60_000)).toBe(0);
  expect([await ended, log]).toEqual(['killed', []]);
});

it('does not go on in a process that was killed meanwhile', async () => {
  let done!: () => void;
  const { node, driver, log } = setUp(() => new Promise<void>((resolve) => (done = resolve)));
  await node.spawn(driver);
  node.handOver = new HandOver();
  expect(await node.stop(0)).toBe(1);
  done?.();
  await new Promise(setImmediate);
  expect(log).toEqual([]);
});
