import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { EXIT_KINDS } from '@noex/runtime';
import {
  HandleCall,
  HandleCast,
  NoexBehavior,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { METRICS, type Metric } from '@noex/nestjs/metrics';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import request from 'supertest';
import { parseExposition } from '../libs/nestjs/src/metrics/exposition.spec-support.js';

@NoexBehavior('counter')
class CounterBehavior {
  private count = 0;

  @HandleCall() add(by: number): number {
    return (this.count += by);
  }

  @HandleCall() fail(): void {
    throw new RangeError('no');
  }

  @HandleCall() slow(_: undefined, context: ProcessContext): unknown {
    context.sendAfter(60_000, 'never');
    return new Promise(() => {});
  }

  @HandleCast() note(): void {}

  @HandleCast() crash(): void {
    throw new Error('boom');
  }
}

// The machine's, or the one that the tests of the deployment have fetched.
const promtool = ['promtool', join(__dirname, 'deploy/node_modules/.cache/prometheus/usr/bin/promtool')].find(
  (command) => spawnSync(command, ['--version']).status === 0,
);
if (promtool === undefined) {
  process.stderr.write(
    'promtool is not here: only our own reader judges /metrics (npm run test:deploy -- --only promtool fetches it)\n',
  );
}
const itWithPromtool = promtool ? it : it.skip;

let cluster: TestCluster;
afterEach(() => cluster?.close());

async function start(metrics?: false): Promise<void> {
  cluster = await createTestCluster({
    nodes: ['n1', 'n2'],
    providers: [CounterBehavior],
    http: true,
    // Its calls are calls like others: the numbers here are to be those of the test.
    options: { canary: false, ...(metrics === undefined ? {} : { metrics }) },
  });
}
const text = async (id: string) => (await request(cluster.node(id).server).get('/metrics').expect(200)).text;
const page = async (id: string) => parseExposition(await text(id)).samples;
const spawnOn = (on: string) => cluster.get('n1', RemoteSpawnService).spawn(CounterBehavior, { on });
const n1 = () => cluster.get('n1', RemoteCallService);
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );

/** Something of all that is counted. */
async function live(): Promise<ProcessRef<CounterBehavior>> {
  const [there, here] = [await spawnOn('n2'), await spawnOn('n1')];
  for (let n = 0; n < 10; n++) {
    await n1().call(there, 'add', 1);
    await n1().call(here, 'add', 1);
  }
  expect(await code(n1().call(there, 'fail'))).toBe('remote_error');
  n1().cast(there, 'note');
  n1().cast(here, 'crash');
  cluster.get('n1', RemoteMonitorService).monitor(there, () => {});
  await cluster.advance(3_000);
  return there;
}

describe('/metrics of a node in a cluster', () => {
  it('is a page that keeps to format and conventions, with all that can be on it', async () => {
    await start();
    await live();
    for (const id of ['n1', 'n2']) {
      const got = await text(id);
      const { types } = parseExposition(got);
      const ours: Metric[] = Object.values(METRICS);
      expect([...types].filter(([name]) => name.startsWith('noex_')).sort()).toEqual(
        ours.map(({ name, type }) => [name, type]).sort(),
      );
    }
  });

  itWithPromtool('is accepted by `promtool check metrics`', async () => {
    await start();
    await live();
    for (const id of ['n1', 'n2']) {
      const { status, stdout, stderr } = spawnSync(promtool!, ['check', 'metrics'], {
        input: await text(id),
      });
      expect([status, String(stdout), String(stderr)]).toEqual([0, '', '']);
    }
  });

  it('has the six of the seed, as they are', async () => {
    await start();
    await live();
    const samples = await page('n1');
    const seed = ['cluster_status', 'connected_nodes', 'remote_calls_total', 'remote_calls_pending'];
    const rest = ['remote_spawns_total', 'remote_monitors_active'];
    const values = [...seed, ...rest].map((name) => samples.get(`noex_${name}`));
    expect(values).toEqual([1, 1, 11, 0, 1, 1]);
  });

  it('tells of calls by outcome, of how long they took, and of casts', async () => {
    await start();
    const there = await live();
    const unanswered = code(n1().call(there, 'slow'));
    await cluster.advance(6_000);
    expect(await unanswered).toBe('call_timeout');
    const [caller, server] = [await page('n1'), await page('n2')];
    const calls = (target: string, outcome: string) =>
      caller.get(`noex_calls_total{target="${target}",outcome="${outcome}"}`);
    expect([calls('remote', 'ok'), calls('remote', 'remote_error'), calls('remote', 'call_timeout')]).toEqual(
      [10, 1, 1],
    );
    expect([calls('local', 'ok'), calls('local', 'remote_error')]).toEqual([10, 0]);
    const served = 'noex_call_duration_seconds_count{behavior="counter",caller="remote"}';
    expect([server.get(served), server.get('noex_calls_served_total{outcome="answered"}')]).toEqual([11, 11]);
    expect(caller.get('noex_call_duration_seconds_count{behavior="counter",caller="local"}')).toBe(1);
    expect(caller.get('noex_peer_call_duration_seconds_count{peer="n2"}')).toBe(11);
    const casts = ['local', 'remote'].map((target) => caller.get(`noex_casts_total{target="${target}"}`));
    expect(casts).toEqual([1, 1]);
  });

  it('tells of processes by what is true now, and of how they ended', async () => {
    await start();
    await live();
    const [one, two] = [await page('n1'), await page('n2')];
    expect(two.get('noex_behavior_processes{behavior="counter"}')).toBe(1);
    expect(one.has('noex_behavior_processes{behavior="counter"}')).toBe(false);
    expect(one.get('noex_exits_total{reason="error"}')).toBe(1);
    expect(two.get('noex_monitors')).toBe(1);
    for (const samples of [one, two]) {
      const ended = EXIT_KINDS.reduce(
        (sum, kind) => sum + samples.get(`noex_exits_total{reason="${kind}"}`)!,
        0,
      );
      expect(samples.get('noex_processes_started_total')! - ended).toBe(samples.get('noex_processes'));
    }
  });

  it('tells of peers while they are connected, and forgets them with their labels', async () => {
    await start();
    await live();
    const before = await page('n1');
    expect(before.get('noex_peer_heartbeat_round_trip_seconds{peer="n2"}')).toBeGreaterThanOrEqual(0);
    expect(before.get('noex_peer_phi{peer="n2"}')).toBeGreaterThanOrEqual(0);
    for (const what of ['sent_bytes', 'received_bytes', 'sent_frames', 'received_frames']) {
      expect(before.get(`noex_peer_${what}_total{peer="n2"}`)).toBeGreaterThan(10);
    }
    await cluster.cut('n1', 'n2');
    await cluster.heal();
    expect((await page('n1')).get('noex_reconnects_total')).toBe(1);
    await cluster.kill('n2');
    const after = await page('n1');
    expect([...after.keys()].filter((series) => series.includes('peer='))).toEqual([]);
    expect(after.get('noex_nodes_down_total{reason="connection_closed"}')).toBe(2);
    expect(after.get('noex_peers{state="up"}')).toBe(0);
  });

  it('never falls in a counter, whatever happens', async () => {
    await start();
    const there = await live();
    const before = await text('n1');
    await cluster.cut('n1', 'n2');
    await cluster.heal();
    await code(n1().call(there, 'fail'));
    await spawnOn('n1');
    await live();
    const { samples, types } = parseExposition(before);
    const after = await page('n1');
    const counters = [...samples].filter(
      ([series]) => types.get(series.replace(/\{.*/, '')) === 'counter' && !series.includes('peer='),
    );
    expect(counters.length).toBeGreaterThan(30);
    const fallen = counters.filter(([series, value]) => !(after.get(series)! >= value));
    expect(fallen).toEqual([]);
  });

  it('shows the ledger of a node that leaves', async () => {
    await start();
    expect([...(await page('n1')).keys()].filter((series) => series.includes('ledger'))).toEqual([]);
    await live();
    const { cluster: node } = cluster.node('n2');
    const draining = node.drain(5_000);
    const entry = async (name: string) => (await page('n2')).get(`noex_drain_ledger{entry="${name}"}`);
    expect([await entry('calls_lost'), await entry('processes_stopped')]).toEqual([0, 0]);
    await cluster.advance(100);
    await draining;
  });

  it('is not there where it is switched off, and then no call is timed', async () => {
    await start(false);
    await live();
    await request(cluster.node('n1').server).get('/metrics').expect(404);
    for (const id of ['n1', 'n2']) {
      const { cluster: node } = cluster.node(id);
      expect(node.node.latencies).toBeUndefined();
      expect([...node.peerStats()].map(({ roundTrips }) => roundTrips)).toEqual([undefined]);
    }
  });
});
