import type { ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import type { BehaviorDriver } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { ProcessContext } from './process-context.js';

type Work = (context: ProcessContext) => unknown;

/** A parent that does what it is told, and children that end with the message they send themselves in `init`. */
async function family() {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock });
  const news: unknown[] = [];
  const driver: BehaviorDriver = {
    name: 'relative',
    crashOnCallError: false,
    shutdownMs: 1000,
    init(cell, reason) {
      if (reason !== undefined) cell.context.send(cell.context.self, 'end', reason);
    },
    call: () => undefined,
    cast: (cell, _name, work) => (work as Work)(cell.context),
    info(cell, name, payload) {
      if (name === 'end') cell.context.stop(payload as ExitReason);
      else news.push((payload as { reason: ExitReason }).reason);
    },
    down: (_cell, { monitor, reason }) => void news.push([monitor, reason]),
    terminate: undefined,
  };
  node.addBehavior(driver);
  const parent = await node.spawn(driver);
  const run = async (work: Work) => {
    node.cast(parent, 'do', work);
    await clock.advance(0);
  };
  return { clock, node, news, parent, run };
}

describe('a process that ends as soon as it has started', () => {
  it('is linked to the one that asked for it with spawnLink: its own reason spreads', async () => {
    const { node, parent, run } = await family();
    const ends: ExitReason[] = [];
    node.monitor(parent, (reason) => ends.push(reason));
    await run((context) => void context.spawnLink('relative', { args: 'bored' }));
    expect(ends).toEqual(['bored']);
    expect(node.processCount).toBe(0);
  });

  it('is linked likewise to one that traps exits, which gets the reason once', async () => {
    const { news, run } = await family();
    await run((context) => {
      context.trapExits(true);
      void context.spawnLink('relative', { args: 'bored' });
    });
    expect(news).toEqual(['bored']);
  });

  it('is monitored by the one that asked for it with spawnMonitor: one DOWN, with its own reason', async () => {
    const { clock, news, run } = await family();
    let monitor: unknown;
    await run((context) => {
      void context.spawnMonitor('relative', { args: 'bored' }).then((spawned) => (monitor = spawned.monitor));
    });
    await clock.advance(0);
    expect(news).toEqual([[monitor, 'bored']]);
  });
});
