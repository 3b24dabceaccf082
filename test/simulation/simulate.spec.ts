import type { HistoryEvent } from '../support/history/history.js';
import { simulate } from './simulate.js';
import { report } from './story.js';

const SEEDS = 100;
const CALM_SEEDS = 40;
const HUNDRED_NODES = 100;

/** A kind of event, with what distinguishes events of that kind. */
const aspect = (event: HistoryEvent): string => {
  if (event.kind === 'call_ended' || event.kind === 'spawn_ended') return `${event.kind} ${event.result}`;
  if (event.kind === 'node_down') return `${event.kind} ${event.reason}`;
  return event.kind;
};

it('a run repeats itself event by event from its seed', async () => {
  const [once, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
  expect(again.events).toEqual(once.events);
  expect(again.steps).toEqual(once.steps);
  expect(other.steps).not.toEqual(once.steps);
}, 120_000);

describe('a cluster under random work and random faults', () => {
  it('keeps every promise, and is whole within six seconds of the last fault', async () => {
    const met = new Set<string>();
    const broken: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulate(seed, { fewNodes: true });
      for (const event of result.events) met.add(aspect(event));
      if (result.violations.length > 0) broken.push(report(result));
    }
    expect(broken).toEqual([]);
    // A run in which nothing happens breaks no promise.
    expect([...met]).toEqual(expect.arrayContaining(TO_MEET));
  }, 120_000);

  it('does so with a hundred nodes too', async () => {
    const result = await simulate(1, { nodes: HUNDRED_NODES, steps: 15 });
    expect(result.violations).toEqual([]);
    expect(result.nodes).toBe(HUNDRED_NODES);
  }, 120_000);
});

it('where nothing fails, nodes go down only by leaving, and no call is lost to a node that stays', async () => {
  const downs = new Set<string>();
  const results = new Set<string>();
  for (let seed = 1; seed <= CALM_SEEDS; seed++) {
    const { events, violations } = await simulate(seed, { fewNodes: true, calm: true });
    expect(violations).toEqual([]);
    for (const event of events) if (event.kind === 'node_down') downs.add(event.reason);
    const left = events.some(({ kind }) => kind === 'stopped');
    for (const event of events) if (event.kind === 'call_ended' && !left) results.add(event.result);
  }
  expect([...downs]).toEqual(['graceful_shutdown']);
  expect([...results]).not.toContain('node_down');
  expect([...results]).toContain('ok');
}, 120_000);

const TO_MEET = [
  ...['started', 'stopped', 'view', 'node_up', 'process_started', 'process_ended'],
  ...['message_sent', 'message_handled', 'call_sent', 'call_handled', 'spawn_sent'],
  ...['monitor_set', 'monitor_fired', 'monitor_cancelled'],
  ...['connection_closed', 'heartbeat_timeout', 'graceful_shutdown'].map((reason) => `node_down ${reason}`),
  ...['ok', 'noproc', 'node_unreachable', 'node_down', 'call_timeout', 'remote_error', 'deadlock'].map(
    (result) => `call_ended ${result}`,
  ),
  ...['given_up', 'overloaded'].map((result) => `call_ended ${result}`),
  ...['ok', 'node_unreachable', 'node_down', 'spawn_failed', 'spawn_timeout'].map(
    (result) => `spawn_ended ${result}`,
  ),
];
