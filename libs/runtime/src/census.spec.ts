import type { ProcessContext } from './process-context.js';
import { setup } from './local-node.spec-support.js';
import { gate, puppetDriver } from './puppet.spec-support.js';

it('a census counts processes by behavior, waiting messages, monitors, and each link once', async () => {
  const { node } = setup();
  expect(node.observer.census()).toEqual({
    processesByBehavior: new Map(),
    queued: 0,
    deepest: 0,
    monitors: 0,
    localLinks: 0,
    remoteLinks: 0,
  });
  const [a, b] = [await node.spawn('puppet'), await node.spawn('puppet')];
  await node.spawn(puppetDriver({ name: 'other' }));
  await node.call(a, 'do', (context: ProcessContext) => {
    context.link(b);
    context.monitor(b);
  });
  node.monitor(b, () => {});
  const held = gate();
  node.cast(a, 'do', () => held.promise);
  node.cast(b, 'do', () => held.promise);
  await new Promise(setImmediate);
  for (let n = 0; n < 3; n++) node.cast(a, 'do', () => {});
  node.cast(b, 'do', () => {});
  expect(node.observer.census()).toEqual({
    processesByBehavior: new Map([
      ['puppet', 2],
      ['other', 1],
    ]),
    queued: 4,
    deepest: 3,
    monitors: 2,
    localLinks: 1,
    remoteLinks: 0,
  });
  held.open();
});
