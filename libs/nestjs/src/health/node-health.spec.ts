import { Cluster } from '@noex/cluster';
import { VirtualClock } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';
import { Canary } from '../canary/canary.js';
import { resolve } from '../options/resolve-options.spec-support.js';
import type { Shutdown } from '../shutdown/shutdown.js';
import type { RootSupervisor } from '../supervision/root-supervisor.js';
import { JOIN_GRACE_MS } from './join.js';
import { SAMPLE_MS } from './load-watch.js';
import { NodeHealth } from './node-health.js';

const clock = new VirtualClock();
const clusters: Cluster[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  let done = false;
  void Promise.all(clusters.splice(0).map((cluster) => cluster.stop(0))).finally(() => (done = true));
  while (!done) await clock.advance(20);
});

function makeNode(code: object = {}, network = new MemoryNetwork({ clock, latencyMs: 1 }), nodeName = 'n1') {
  const options = resolve({ nodeName, ...code });
  const cluster = new Cluster({
    nodeName,
    clusterName: options.clusterName,
    transport: network.transport(),
    clock,
    quorum: options.quorum,
  });
  clusters.push(cluster);
  const root = { notReadyReason: undefined as string | undefined };
  const asked: string[] = [];
  const shutdown = { readinessAsked: () => asked.push('asked') };
  const canary = options.canary ? new Canary(cluster, options.canary) : undefined;
  const health = new NodeHealth(
    cluster,
    root as unknown as RootSupervisor,
    shutdown as unknown as Shutdown,
    canary,
    options,
  );
  const start = async () => {
    const starting = cluster.start();
    await clock.advance(20);
    await starting;
    await health.started();
  };
  return { cluster, health, root, asked, start, network };
}

const reasons = ({ readiness }: NodeHealth) => readiness.reasons;

describe('the health of a node', () => {
  it('is down until the cluster runs and all that the app supervises has started', async () => {
    const { cluster, health } = makeNode();
    expect([health.readiness, health.startupPending()]).toEqual([
      { state: 'down', reasons: ['the cluster is starting'] },
      'the cluster is starting',
    ]);
    const starting = cluster.start();
    await clock.advance(20);
    await starting;
    expect(reasons(health)).toEqual(['what the app supervises is starting']);
    await health.started();
    expect([health.readiness, health.startupPending()]).toEqual([{ state: 'up', reasons: [] }, undefined]);
  });

  it('waits for a seed, no longer than its grace, and never again', async () => {
    const { health, start, network } = makeNode({ seeds: ['n2@10.0.0.2:4369'] });
    await start();
    expect([reasons(health), health.startupPending()]).toEqual([
      ['no seed has answered yet'],
      'no seed has answered yet',
    ]);
    await clock.advance(JOIN_GRACE_MS);
    expect([health.readiness.state, health.startupPending()]).toEqual(['up', undefined]);
    const other = makeNode({}, network, 'n2');
    const states: string[] = [];
    other.cluster.members.nodeUp.add(() => states.push(health.readiness.state));
    await other.start();
    await clock.advance(200);
    expect(states).toEqual(['up']);
  });

  it('waits for the names of the peers it meets first, and not for those of later ones', async () => {
    const { cluster, health, start } = makeNode();
    const unsynced = jest.spyOn(cluster.names, 'unsynced', 'get').mockReturnValue(['n2']);
    await start();
    expect(reasons(health)).toEqual(['the names of "n2" have not all arrived']);
    unsynced.mockReturnValue([]);
    expect(reasons(health)).toEqual([]);
    unsynced.mockReturnValue(['n3']);
    expect(reasons(health)).toEqual([]);
  });

  it('is down where the others refuse the node, which is not restarted for that if it had started', async () => {
    const refusedLater = makeNode();
    await refusedLater.start();
    const refusedAtOnce = makeNode();
    for (const { cluster } of [refusedLater, refusedAtOnce]) {
      jest.spyOn(cluster, 'shutOut', 'get').mockReturnValue('wrong secret');
    }
    await refusedAtOnce.start();
    const refused = 'the cluster refuses this node: wrong secret';
    expect(reasons(refusedLater.health)).toEqual([refused]);
    expect(refusedLater.health.startupPending()).toBeUndefined();
    expect([reasons(refusedAtOnce.health), refusedAtOnce.health.startupPending()]).toEqual([
      [refused],
      refused,
    ]);
  });

  it('is down without the quorum, and when the root supervisor has ended', async () => {
    const alone = makeNode({ quorum: 2 });
    await alone.start();
    expect(reasons(alone.health)).toEqual([expect.stringMatching(/^no quorum/)]);
    const { health, start, root } = makeNode();
    await start();
    root.notReadyReason = 'the root supervisor ended: boom';
    expect(reasons(health)).toEqual(['the root supervisor ended: boom']);
  });

  it('takes in what waits in the mailboxes and what the canaries find', async () => {
    const { cluster, health, start } = makeNode({
      health: { maxQueuedMessages: 1 },
      canary: { failures: 1 },
    });
    await start();
    jest.spyOn(cluster.node, 'queuedMessages', 'get').mockReturnValue(2);
    await clock.advance(SAMPLE_MS);
    expect(health.readiness.state).toBe('degraded');
    jest.spyOn(cluster.host, 'spawn').mockRejectedValue(new Error('stuck'));
    await clock.advance(15_000);
    expect(reasons(health)).toEqual(
      [expect.stringContaining('(health.maxQueuedMessages)'), expect.stringContaining('stuck')].reverse(),
    );
    expect(health.getFailingCanaries()).toEqual(new Map([['n1', 'stuck']]));
  });

  it('has started for good once it has, also where nobody asked before it leaves', async () => {
    const { cluster, health, start } = makeNode({ seeds: ['n2@10.0.0.2:4369'] });
    await start();
    await clock.advance(JOIN_GRACE_MS);
    void cluster.drain(0);
    expect([health.startupPending(), reasons(health)]).toEqual([
      undefined,
      ['the node is leaving the cluster'],
    ]);
  });

  it('tells the shutdown of probes that route work, not of those that only look', async () => {
    const { health, start, asked } = makeNode({ canary: false });
    await start();
    expect(health.readiness.state).toBe('up');
    expect(asked).toEqual([]);
    expect(health.getReadiness().state).toBe('up');
    expect(asked).toEqual(['asked']);
  });

  it('has no load and no canaries to tell of where those are switched off', async () => {
    const { health, start } = makeNode({ canary: false, health: false });
    await start();
    expect([health.getLoopLagMs(), health.getFailingCanaries().size]).toEqual([0, 0]);
  });
});
