import type { NodeDownReason } from '@noex/contracts';
import { EXIT_KINDS, LATENCY_BOUNDS, MOST_BEHAVIORS, OTHER_BEHAVIOR } from '@noex/runtime';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { boundedLabels } from './bounded-labels.js';
import { METRICS } from './metric-names.js';
import type { MetricsSource, PeerNumbers, Place } from './metrics-source.js';
import { oncePerScrape } from './once-per-scrape.js';
import { PulledMetrics, type Samples } from './pulled-metrics.js';

const NODE_DOWN_REASONS = Object.keys({
  heartbeat_timeout: true,
  connection_closed: true,
  connection_refused: true,
  graceful_shutdown: true,
} satisfies Record<NodeDownReason, true>);
/** Those that an alert looks at. */
const CALL_OUTCOMES = ['ok', 'remote_error', 'call_timeout', 'overloaded'];
const PLACES: readonly Place[] = ['local', 'remote'];
const READY = { up: 1, degraded: 0.5, down: 0 };
/** Gauges of prom-client that are named like counters; the ones by type beside them say the same. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** How a node's metrics appear beside those of other nodes of its app. */
export interface NodeRegistryOptions {
  /** Name of the node in its app, the label `node` of its metrics. Default: none, and no label. */
  readonly node?: string;
  /** Whether the metrics of the OS process are in it. Default true. */
  readonly processMetrics?: boolean;
}

/** The node's own registry: its metrics and those of its OS process, shared with no other node of that OS process. */
export function createNodeRegistry(
  source: MetricsSource,
  { node, processMetrics = true }: NodeRegistryOptions = {},
): Registry {
  const registry = new Registry();
  const metrics = new PulledMetrics(registry, node === undefined ? {} : { node });
  declareSeed(metrics, source);
  declareMessages(metrics, source);
  declareProcesses(metrics, source);
  declareNodes(metrics, source);
  declarePeers(metrics, source);
  declareHealth(metrics, source);
  if (!processMetrics) return registry;
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}

function declareSeed(metrics: PulledMetrics, source: MetricsSource): void {
  metrics.add(METRICS.clusterStatus, () => (source.status() === 'running' ? 1 : 0));
  metrics.add(METRICS.connectedNodes, () => source.connectedNodes());
  metrics.add(METRICS.remoteCalls, () => source.callsSent());
  metrics.add(METRICS.remoteCallsPending, () => source.callsPending());
  metrics.add(METRICS.remoteSpawns, () => source.remoteSpawns());
  metrics.add(METRICS.remoteMonitorsActive, () => source.monitorsActive());
}

function declareMessages(metrics: PulledMetrics, source: MetricsSource): void {
  metrics.add(METRICS.calls, function* () {
    for (const target of PLACES) {
      const counts = new Map(CALL_OUTCOMES.map((outcome) => [outcome, 0]));
      for (const [outcome, count] of source.callOutcomes(target)) counts.set(outcome, count);
      for (const [outcome, count] of counts) yield [{ target, outcome }, count] as const;
    }
  });
  metrics.histogram(METRICS.callDuration, LATENCY_BOUNDS, function* () {
    for (const [behavior, caller, durations] of source.callDurations()) {
      yield [{ behavior, caller }, durations] as const;
    }
  });
  metrics.addBy(METRICS.callsServed, 'outcome', [], () => {
    const { answered, failed } = source.served();
    return Object.entries({ answered, failed });
  });
  metrics.add(METRICS.callsServing, () => source.served().open);
  metrics.addBy(METRICS.casts, 'target', [], () => PLACES.map((target) => [target, source.casts(target)]));
  metrics.addBy(METRICS.dropped, 'reason', [], () => source.drops());
}

function declareProcesses(metrics: PulledMetrics, source: MetricsSource): void {
  const census = oncePerScrape(() => source.census());
  metrics.add(METRICS.processes, () => source.processes());
  metrics.addBy(METRICS.processesByBehavior, 'behavior', [], () =>
    boundedLabels(census().processesByBehavior, MOST_BEHAVIORS, OTHER_BEHAVIOR),
  );
  metrics.add(METRICS.processesStarted, () => source.processesStarted());
  metrics.addBy(METRICS.spawnFailures, 'reason', [], () => source.spawnFailures());
  metrics.addBy(METRICS.exits, 'reason', EXIT_KINDS, () => source.exits());
  metrics.add(METRICS.restarts, () => source.restarts().done);
  metrics.add(METRICS.restartsGivenUp, () => source.restarts().givenUp);
  metrics.add(METRICS.queued, () => census().queued);
  metrics.add(METRICS.deepest, () => census().deepest);
  metrics.add(METRICS.monitors, () => census().monitors);
  metrics.addBy(METRICS.links, 'target', [], () => {
    const { localLinks, remoteLinks } = census();
    return Object.entries({ local: localLinks, remote: remoteLinks } satisfies Record<Place, number>);
  });
}

function declareNodes(metrics: PulledMetrics, source: MetricsSource): void {
  metrics.addBy(METRICS.peers, 'state', [], () => Object.entries(source.peersByState()));
  metrics.add(METRICS.nodesUp, () => source.nodesUp());
  metrics.addBy(METRICS.nodesDown, 'reason', NODE_DOWN_REASONS, () => source.nodesDown());
  metrics.add(METRICS.reconnects, () => source.reconnects());
  metrics.addBy(METRICS.refusals, 'reason', [], () => source.refusals());
}

function declarePeers(metrics: PulledMetrics, source: MetricsSource): void {
  const peers = oncePerScrape(() => source.peers());
  const each = (read: (peer: PeerNumbers) => number | undefined) =>
    function* (): Generator<readonly [{ peer: string }, number]> {
      for (const peer of peers()) {
        const value = read(peer);
        if (value !== undefined) yield [{ peer: peer.id }, value];
      }
    } satisfies () => Samples;
  metrics.add(
    METRICS.peerPhi,
    each(({ phi }) => phi),
  );
  metrics.add(
    METRICS.peerRoundTrip,
    each(({ roundTripMs }) => roundTripMs && roundTripMs / 1000),
  );
  metrics.histogram(METRICS.peerCallDuration, LATENCY_BOUNDS, function* () {
    for (const { id, roundTrips } of peers()) if (roundTrips) yield [{ peer: id }, roundTrips] as const;
  });
  metrics.add(
    METRICS.peerCallsPending,
    each(({ callsPending }) => callsPending),
  );
  metrics.add(
    METRICS.peerBytesSent,
    each(({ bytesSent }) => bytesSent),
  );
  metrics.add(
    METRICS.peerBytesReceived,
    each(({ bytesReceived }) => bytesReceived),
  );
  metrics.add(
    METRICS.peerFramesSent,
    each(({ framesSent }) => framesSent),
  );
  metrics.add(
    METRICS.peerFramesReceived,
    each(({ framesReceived }) => framesReceived),
  );
  metrics.add(
    METRICS.peerQueued,
    each(({ queuedBytes }) => queuedBytes),
  );
}

function declareHealth(metrics: PulledMetrics, source: MetricsSource): void {
  metrics.add(METRICS.ready, () => READY[source.readiness()]);
  metrics.add(METRICS.loopLag, () => source.loopLagMs() / 1000);
  metrics.add(METRICS.canaries, () => source.canaries()?.passed ?? 0);
  metrics.add(METRICS.canaryFailures, () => source.canaries()?.failed ?? 0);
  metrics.add(METRICS.canariesExcused, () => source.canaries()?.excused ?? 0);
  metrics.add(METRICS.canaryDuration, () => (source.canaries()?.lastMs ?? 0) / 1000);
  metrics.addBy(METRICS.drain, 'entry', [], () => Object.entries(source.drainLedger() ?? {}));
}
