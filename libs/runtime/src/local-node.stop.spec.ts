import { DrainingError, ProcessNotFoundError, type ExitReason } from '@noex/contracts';
import { caught, setup } from './local-node.spec-support.js';
import { gate } from './puppet.spec-support.js';

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
