import type { NodeDownReason } from '@noex/contracts';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { METRICS } from './metric-names.js';
import type { MetricsSource } from './metrics-source.js';
import { PulledMetrics } from './pulled-metrics.js';

const NODE_DOWN_REASONS = Object.keys({
  heartbeat_timeout: true,
  connection_closed: true,
  connection_refused: true,
  graceful_shutdown: true,
} satisfies Record<NodeDownReason, true>);

const READY = { up: 1, degraded: 0.5, down: 0 };

/** The node's own registry: its metrics and those of its OS process, shared with no other node of that OS process. */
export function createNodeRegistry(source: MetricsSource): Registry {
  const registry = new Registry();
  const metrics = new PulledMetrics(registry);
  metrics.gauge(METRICS.clusterStatus, () => (source.status() === 'running' ? 1 : 0));
  metrics.gauge(METRICS.connectedNodes, () => source.connectedNodes());
  metrics.counter(METRICS.remoteCalls, () => source.callsSent());
  metrics.gauge(METRICS.remoteCallsPending, () => source.callsPending());
  metrics.counter(METRICS.remoteSpawns, () => source.remoteSpawns());
  metrics.gauge(METRICS.remoteMonitorsActive, () => source.monitorsActive());
  metrics.gauge(METRICS.processes, () => source.processes());
  metrics.counter(METRICS.processesStarted, () => source.processesStarted());
  metrics.gauge(METRICS.ready, () => READY[source.readiness()]);
  metrics.gauge(METRICS.loopLag, () => source.loopLagMs() / 1000);
  metrics.counter(METRICS.canaries, () => source.canaries()?.passed ?? 0);
  metrics.counter(METRICS.canaryFailures, () => source.canaries()?.failed ?? 0);
  metrics.counter(METRICS.canariesExcused, () => source.canaries()?.excused ?? 0);
  metrics.gauge(METRICS.canaryDuration, () => (source.canaries()?.lastMs ?? 0) / 1000);
  metrics.counterByReason(METRICS.dropped, [], () => source.drops());
  metrics.counterByReason(METRICS.nodesDown, NODE_DOWN_REASONS, () => source.nodesDown());
  collectDefaultMetrics({ register: registry });
  return registry;
}
