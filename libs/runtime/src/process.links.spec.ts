import { ProcessRef, type ExitReason } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { NO_HANDLER } from './behavior.js';
import { LocalNode } from './local-node.js';
import type { LocalNodeOptions } from './local-node-options.js';
import type { ProcessContext } from './process-context.js';
import { ProcessExtras } from './process-extras.js';
import { puppetDriver, type Work } from './puppet.spec-support.js';

// However slow the machine, no turn of the scheduler ends early: `advance(0)` brings everything to rest.
beforeAll(() => void jest.spyOn(performance, 'now').mockReturnValue(0));
afterAll(() => jest.restoreAllMocks());

function setup(options: Partial<LocalNodeOptions> = {}) {
  const clock = new VirtualClock();
  const node = new LocalNode({ id: 'n1', incarnation: 1, clock, ...options });
  const exits: unknown[] = [];
  const puppet = puppetDriver({
    init: (cell, args) => (args as Work | undefined)?.(cell.context),
    info(_cell, name, payload) {
      if (name !== 'EXIT') return NO_HANDLER;
      exits.push(payload);
      return undefined;
    },
  });
  node.addBehavior(puppet);
  const spawn = async (links: readonly ProcessRef[] = [], trap = false) => {
    const ref = await node.spawn(puppet);
    await run(ref, (context) => {
      context.trapExits(trap);
      links.forEach((other) => context.link(other));
    });
    return ref;
  };
  const run = (ref: ProcessRef, work: Work) => node.call(ref, 'do', work);
  const alive = (...refs: ProcessRef[]) => refs.map((ref) => node.isAlive(ref));
  return { clock, node, exits, spawn, run, alive };
}

const boom = new Error('boom');

describe('a link', () => {
  it.each<ExitReason>(['shutdown', { shutdown: 'x' }, 'anything', boom, 'killed'])(
    'ends the other with the reason %p, whichever of the two it was that linked',
    async (reason) => {
      for (const first of [0, 1]) {
        const { clock, node, spawn, alive } = setup();
        const a = await spawn();
        const b = await spawn([a]);
        const [ends, follows] = first === 0 ? [a, b] : [b, a];
        const down = jest.fn();
        node.monitor(follows!, down);
        node.exit(ends!, reason);
        await clock.advance(0);
        expect(alive(a, b)).toEqual([false, false]);
        expect(down.mock.calls).toEqual([[reason]]);
      }
    },
  );

  it('does not end the other where the end is normal', async () => {
    const { clock, node, spawn, alive } = setup();
    const a = await spawn();
    const b = await spawn([a]);
    node.exit(a, 'normal');
    await clock.advance(0);
    expect(alive(a, b)).toEqual([false, true]);
  });

  it('spreads along a chain and around a ring, each process once', async () => {
    const { clock, node, spawn, run } = setup();
    const first = await spawn();
    let last = first;
    const downs: ExitReason[] = [];
    for (let n = 0; n < 50; n++) {
      last = await spawn([last]);
      node.monitor(last, (reason) => downs.push(reason));
    }
    await run(first, (context) => context.link(last));
    node.exit(first, boom);
    for (let n = 0; n < 50 && node.processCount > 0; n++) await clock.advance(0);
    expect(node.processCount).toBe(0);
    expect(downs).toEqual(Array.from({ length: 50 }, () => boom));
  });

  it('tells of a kill as `killed`', async () => {
    const { clock, node, spawn, exits } = setup();
    const a = await spawn();
    await spawn([a], true);
    node.exit(a, 'kill');
    await clock.advance(0);
    expect(exits).toEqual([{ from: a, reason: 'killed' }]);
  });

  it('made twice is one: it tells once, and one unlink undoes it', async () => {
    const { clock, node, spawn, run, exits, alive } = setup();
    const a = await spawn();
    const b = await spawn([a, a], true);
    await run(a, (context) => context.link(b));
    const c = await spawn([a, a]);
    await run(c, (context) => context.unlink(a));
    node.exit(a, 'shutdown');
    await clock.advance(0);
    expect(exits).toEqual([{ from: a, reason: 'shutdown' }]);
    expect(alive(c)).toEqual([true]);
  });

  it('with itself is nothing', async () => {
    const { clock, node, spawn, run, alive } = setup();
    const a = await spawn();
    await run(a, (context) => context.link(a));
    await clock.advance(0);
    expect(alive(a)).toEqual([true]);
    node.exit(a, 'shutdown');
    await clock.advance(0);
    expect(node.processCount).toBe(0);
  });

  it('to a process that has ended is the exit `noproc`', async () => {
    const { clock, node, spawn, exits } = setup();
    const gone = new ProcessRef('n1', 1, 99);
    const down = jest.fn();
    const a = await spawn();
    node.monitor(a, down);
    await node.call(a, 'do', (context: ProcessContext) => context.link(gone));
    const trapping = await spawn([gone], true);
    await clock.advance(0);
    expect(down.mock.calls).toEqual([['noproc']]);
    expect(exits).toEqual([{ from: gone, reason: 'noproc' }]);
    expect(node.isAlive(trapping)).toBe(true);
  });

  it('to a process that is about to end tells its reason', async () => {
    const { clock, node, spawn, exits } = setup();
    const a = await spawn();
    node.exit(a, 'shutdown');
    await spawn([a], true);
    await clock.advance(0);
    expect(exits).toHaveLength(1);
  });

  it('that was undone by either tells nothing', async () => {
    const { clock, node, spawn, run, alive } = setup();
    const a = await spawn();
    const [b, c] = [await spawn([a]), await spawn([a])];
    await run(b, (context) => context.unlink(a));
    await run(a, (context) => context.unlink(c));
    node.exit(a, boom);
    await clock.advance(0);
    expect(alive(a, b, c)).toEqual([false, true, true]);
  });

  it('leaves no trace in the other after the end of one', async () => {
    const { clock, node, spawn } = setup();
    const a = await spawn();
    const exitSignal = jest.fn();
    const extras = new ProcessExtras();
    node.link({ ref: new ProcessRef('n1', 1, 99), alive: true, extras, exitSignal }, a);
    expect(extras.links!.size).toBe(1);
    node.exit(a, 'shutdown');
    await clock.advance(0);
    expect(exitSignal.mock.calls).toEqual([[a, 'shutdown']]);
    expect(extras.links!.size).toBe(0);
  });

  it('made in init ends the other where init fails', async () => {
    const { clock, node, spawn } = setup();
    const a = await spawn();
    const down = jest.fn();
    node.monitor(a, down);
    const init: Work = (context) => {
      context.link(a);
      throw boom;
    };
    await node.spawn('puppet', { args: init }).catch(() => {});
    await clock.advance(0);
    expect(down.mock.calls).toEqual([[boom]]);
  });
});

describe('a process that traps exits', () => {
  it.each<ExitReason>(['normal', 'shutdown', boom, 'killed'])(
    'gets the exit %p of a linked process as a message, and lives on',
    async (reason) => {
      const { clock, node, spawn, exits, alive } = setup();
      const a = await spawn();
      const b = await spawn([a], true);
      node.exit(a, reason);
      await clock.advance(0);
      expect(exits).toEqual([{ from: a, reason }]);
      expect(alive(b)).toEqual([true]);
    },
  );

  it('is not spared by a kill', async () => {
    const { node, spawn, alive } = setup();
    const a = await spawn([], true);
    node.exit(a, 'kill');
    expect(alive(a)).toEqual([false]);
  });

  it('may stop trapping', async () => {
    const { clock, node, spawn, run, alive } = setup();
    const a = await spawn();
    const b = await spawn([a], true);
    await run(b, (context) => context.trapExits(false));
    node.exit(a, 'shutdown');
    await clock.advance(0);
    expect(alive(b)).toEqual([false]);
  });

  it('gets the error itself also where payloads are copied', async () => {
    const copyPayload = (payload: unknown) => {
      if (typeof payload === 'object' && payload) throw new Error('cannot be sent');
      return payload;
    };
    const { clock, node, spawn, exits } = setup({ copyPayload });
    const a = await spawn();
    await spawn([a], true);
    node.exit(a, boom);
    await clock.advance(0);
    expect(exits).toEqual([{ from: a, reason: boom }]);
  });
});

it('a link to a process of a node that is not connected is the exit `noconnection`', async () => {
  const { clock, node, spawn, exits, alive } = setup();
  const elsewhere = new ProcessRef('n2', 1, 1);
  const ends = jest.fn();
  const ref = await spawn();
  node.monitor(ref, ends);
  await node.call(ref, 'do', (context: ProcessContext) => context.link(elsewhere));
  const trapping = await spawn([elsewhere], true);
  await clock.advance(0);
  expect(ends.mock.calls).toEqual([['noconnection']]);
  expect(exits).toEqual([{ from: elsewhere, reason: 'noconnection' }]);
  expect(alive(trapping)).toEqual([true]);
});
