import { EXIT_KINDS, LATENCY_BOUNDS } from '@noex/runtime';
import { Registry } from 'prom-client';
import { parseExposition } from './exposition.spec-support.js';
import { durations, fakeSource } from './fake-source.spec-support.js';
import { METRICS, type Metric } from './metric-names.js';
import type { MetricsSource, PeerNumbers } from './metrics-source.js';
import { createNodeRegistry } from './node-registry.js';

const peer = (id: string, own: Partial<PeerNumbers> = {}): PeerNumbers => ({
  id,
  phi: 0.25,
  roundTripMs: 4,
  framesSent: 1,
  bytesSent: 2,
  framesReceived: 3,
  bytesReceived: 4,
  queuedBytes: 5,
  callsPending: 6,
  roundTrips: durations(0.02, 30, 20_000),
  ...own,
});

const scrape = async (registry: Registry) => parseExposition(await registry.metrics()).samples;
const page = (own: Partial<MetricsSource> = {}) => scrape(createNodeRegistry(fakeSource(own)));
const of = (samples: ReadonlyMap<string, number>, name: string) =>
  Object.fromEntries([...samples].filter(([series]) => series.replace(/\{.*/, '') === name));

describe('the registry of a node', () => {
  it('has every metric of the list, of the type and with the help that it says, and no other of our own', async () => {
    const text = await createNodeRegistry(fakeSource()).metrics();
    const { types } = parseExposition(text);
    const listed: Metric[] = Object.values(METRICS);
    expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
    expect([...types].filter(([name]) => name.startsWith('noex_')).sort()).toEqual(
      listed.map(({ name, type }) => [name, type]).sort(),
    );
    for (const { name, help } of listed) expect(text).toContain(`# HELP ${name} ${help}\n`);
  });

  it('labels its metrics as the list says, and tells what it is given', async () => {
    const samples = await page({
      callOutcomes: (target) => (target === 'local' ? [['ok', 7]] : [['node_down', 2]]),
      served: () => ({ open: 1, answered: 5, failed: 3 }),
      casts: (target) => (target === 'local' ? 8 : 9),
      spawnFailures: () => [['spawn_timeout', 4]],
      exits: () => [['killed', 2]],
      restarts: () => ({ done: 5, givenUp: 1 }),
      census: () => ({
        processesByBehavior: new Map([['cart', 3]]),
        queued: 40,
        deepest: 30,
        monitors: 6,
        localLinks: 2,
        remoteLinks: 1,
      }),
      peersByState: () => ({ joining: 1, up: 2, draining: 3 }),
      nodesUp: () => 12,
      reconnects: () => 4,
      refusals: () => [['wrong_secret', 5]],
      drainLedger: () => ({ calls_lost: 0, calls_refused: 2 }),
      callDurations: () => [['cart', 'remote', durations(1)]],
      drops: () => [['noproc', 1]],
      peers: () => [peer('b')],
    });
    expect(of(samples, 'noex_calls_total')).toEqual({
      'noex_calls_total{target="local",outcome="ok"}': 7,
      'noex_calls_total{target="local",outcome="remote_error"}': 0,
      'noex_calls_total{target="local",outcome="call_timeout"}': 0,
      'noex_calls_total{target="local",outcome="overloaded"}': 0,
      'noex_calls_total{target="remote",outcome="ok"}': 0,
      'noex_calls_total{target="remote",outcome="remote_error"}': 0,
      'noex_calls_total{target="remote",outcome="call_timeout"}': 0,
      'noex_calls_total{target="remote",outcome="overloaded"}': 0,
      'noex_calls_total{target="remote",outcome="node_down"}': 2,
    });
    expect(samples.get('noex_calls_served_total{outcome="failed"}')).toBe(3);
    expect(samples.get('noex_calls_serving')).toBe(1);
    expect(samples.get('noex_casts_total{target="remote"}')).toBe(9);
    expect(samples.get('noex_spawn_failures_total{reason="spawn_timeout"}')).toBe(4);
    expect(samples.get('noex_exits_total{reason="killed"}')).toBe(2);
    expect(Object.keys(of(samples, 'noex_exits_total'))).toHaveLength(EXIT_KINDS.length);
    expect([samples.get('noex_restarts_total'), samples.get('noex_restarts_given_up_total')]).toEqual([5, 1]);
    expect(samples.get('noex_behavior_processes{behavior="cart"}')).toBe(3);
    expect([samples.get('noex_mailbox_messages'), samples.get('noex_mailbox_messages_max')]).toEqual([
      40, 30,
    ]);
    expect([samples.get('noex_monitors'), samples.get('noex_links{target="remote"}')]).toEqual([6, 1]);
    expect(of(samples, 'noex_peers')).toEqual({
      'noex_peers{state="joining"}': 1,
      'noex_peers{state="up"}': 2,
      'noex_peers{state="draining"}': 3,
    });
    expect([samples.get('noex_nodes_up_total'), samples.get('noex_reconnects_total')]).toEqual([12, 4]);
    expect(samples.get('noex_handshakes_refused_total{reason="wrong_secret"}')).toBe(5);
    expect(of(samples, 'noex_drain_ledger')).toEqual({
      'noex_drain_ledger{entry="calls_lost"}': 0,
      'noex_drain_ledger{entry="calls_refused"}': 2,
    });
    for (const { name, type, labels = [] } of Object.values(METRICS) as Metric[]) {
      const extra = type === 'histogram' ? ['le'] : [];
      const first = [...samples.keys()].find((series) => series.replace(/(_bucket)?(\{.*)?$/, '') === name);
      const named = [...(first ?? '').matchAll(/[{,](\w+)="/g)].map(([, label]) => label);
      expect([name, named]).toEqual([name, [...labels, ...extra]]);
    }
  });

  it('tells durations in seconds, in buckets that add up', async () => {
    const samples = await page({ peers: () => [peer('b')] });
    const name = 'noex_peer_call_duration_seconds';
    const bucket = (le: string) => samples.get(`${name}_bucket{peer="b",le="${le}"}`);
    expect(['0.00001', '0.000025', '0.025', '0.05', '10', '+Inf'].map(bucket)).toEqual([0, 1, 1, 2, 2, 3]);
    expect(samples.get(`${name}_count{peer="b"}`)).toBe(3);
    expect(samples.get(`${name}_sum{peer="b"}`)).toBe(20.03002);
    expect(Object.keys(of(samples, `${name}_bucket`))).toHaveLength(LATENCY_BOUNDS.length + 1);
    expect(samples.get('noex_peer_heartbeat_round_trip_seconds{peer="b"}')).toBe(0.004);
  });

  it('has series of a peer as long as it is connected, and none of what was not measured', async () => {
    let connected = [peer('b'), peer('c', { roundTripMs: undefined, roundTrips: undefined })];
    const registry = createNodeRegistry(fakeSource({ peers: () => connected }));
    const both = await scrape(registry);
    const of = (samples: ReadonlyMap<string, number>, id: string) =>
      [...samples.keys()]
        .filter((series) => series.includes(`peer="${id}"`))
        .map((s) => s.replace(/\{.*/, ''));
    expect(of(both, 'c')).toEqual([
      'noex_peer_phi',
      'noex_peer_calls_pending',
      'noex_peer_sent_bytes_total',
      'noex_peer_received_bytes_total',
      'noex_peer_sent_frames_total',
      'noex_peer_received_frames_total',
      'noex_peer_send_queue_bytes',
    ]);
    connected = [peer('b')];
    const one = await scrape(registry);
    expect(of(one, 'c')).toEqual([]);
    expect(of(one, 'b').length).toBeGreaterThan(8);
  });

  it('reads what is dear once in a scrape, and anew at the next', async () => {
    const [census, peers] = [jest.fn(fakeSource().census), jest.fn(() => [peer('b')])];
    const registry = createNodeRegistry(fakeSource({ census, peers }));
    await registry.metrics();
    expect([census.mock.calls.length, peers.mock.calls.length]).toEqual([1, 1]);
    await registry.metrics();
    expect([census.mock.calls.length, peers.mock.calls.length]).toEqual([2, 2]);
  });

  it('has at most a hundred behaviors on its page, and one that stands for the rest', async () => {
    const processesByBehavior = new Map(Array.from({ length: 300 }, (_, n) => [`b${n}`, 1]));
    const samples = await page({ census: () => ({ ...fakeSource().census(), processesByBehavior }) });
    const series = of(samples, 'noex_behavior_processes');
    expect(Object.keys(series)).toHaveLength(101);
    expect(series['noex_behavior_processes{behavior="other"}']).toBe(200);
  });

  it('has the metrics of its OS process, but for gauges that are named as counters', async () => {
    const samples = await page();
    expect(samples.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
    expect(samples.has('nodejs_active_handles_total')).toBe(false);
  });

  it('can be read as JSON and reset, as any registry of prom-client', async () => {
    const registry = createNodeRegistry(fakeSource({ callsSent: () => 3 }));
    registry.resetMetrics();
    const json = await registry.getMetricsAsJSON();
    expect(json.find(({ name }) => name === 'noex_remote_calls_total')).toMatchObject({
      type: 'counter',
      values: [{ value: 3, labels: {} }],
    });
    expect(parseExposition(await Registry.merge([registry]).metrics()).samples.size).toBeGreaterThan(50);
  });
});
