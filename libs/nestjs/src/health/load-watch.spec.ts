import type { LogFields, Logger } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { LoadWatch, SAMPLE_MS, type LoadBounds } from './load-watch.js';

function watching(bounds: Partial<LoadBounds> = {}) {
  const clock = new VirtualClock();
  const machine = { lagMs: 0, queued: 0, walks: 0, measures: false };
  const events: unknown[] = [];
  const write = (_: string, fields?: LogFields) => void events.push(fields?.event);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const watch = new LoadWatch({
    clock,
    logger,
    bounds: { maxLoopLagMs: 1_000, maxQueuedMessages: 50, ...bounds },
    loop: {
      start: () => void (machine.measures = true),
      stop: () => void (machine.measures = false),
      worstMs: () => machine.lagMs,
      reset: () => void (machine.lagMs = 0),
    },
    queued: () => {
      machine.walks++;
      return machine.queued;
    },
  });
  watch.start();
  /** One look at this load. */
  const look = async (load: Partial<typeof machine> = {}) => {
    Object.assign(machine, load);
    await clock.advance(SAMPLE_MS);
    return watch.findings.map(({ state }) => state);
  };
  return { clock, machine, events, watch, look };
}

describe('the watch over the load', () => {
  it('finds nothing while the event loop is in time and the mailboxes are not crowded', async () => {
    const { look, events } = watching();
    expect(await look({ lagMs: 1_000, queued: 50 })).toEqual([]);
    expect(events).toEqual([]);
  });

  it('tells of an event loop that runs late, with how late and the option', async () => {
    const { look, watch } = watching();
    expect(await look({ lagMs: 1_500 })).toEqual(['degraded']);
    expect(watch.findings[0]!.reason).toBe(
      'the event loop runs up to 1500 ms late, beyond 1000 (health.maxLoopLagMs)',
    );
    await look({ lagMs: 1_500 });
    expect(await look({ lagMs: 1_500 })).toEqual(['down']);
    expect(await look()).toEqual([]);
  });

  it('tells of mailboxes in which too much waits, with how much and the option', async () => {
    const { look, watch } = watching();
    expect(await look({ queued: 51 })).toEqual(['degraded']);
    expect(watch.findings[0]!.reason).toBe(
      '51 messages wait in the mailboxes, beyond 50 (health.maxQueuedMessages)',
    );
    await look();
    expect(await look({ lagMs: 1_500 })).toEqual(['degraded', 'down']);
  });

  it('does not walk the processes for a bound that is switched off', async () => {
    const { look, machine } = watching({ maxQueuedMessages: false });
    expect(await look({ queued: 1e9 })).toEqual([]);
    expect(machine.walks).toBe(0);
  });

  it('knows of a delay that has just ended before it has looked', async () => {
    const { watch, machine, look } = watching();
    machine.lagMs = 700.4;
    expect(watch.loopLagMs).toBe(700);
    await look({ lagMs: 900 });
    expect(watch.loopLagMs).toBe(900);
  });

  it('logs when a bound is broken and when all are kept again, once each', async () => {
    const { look, events } = watching();
    await look({ lagMs: 2_000 });
    await look({ lagMs: 2_000, queued: 99 });
    await look({ queued: 0 });
    await look();
    expect(events).toEqual(['load_beyond_bounds', 'load_within_bounds']);
  });

  it('leaves no timer behind', () => {
    const { watch, clock, machine } = watching();
    expect(machine.measures).toBe(true);
    watch.stop();
    expect([clock.pending, machine.measures]).toEqual([0, false]);
  });
});
