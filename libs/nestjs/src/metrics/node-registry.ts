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
  metrics.counterByReason(METRICS.dropped, [], () => source.drops());
  metrics.counterByReason(METRICS.nodesDown, NODE_DOWN_REASONS, () => source.nodesDown());
  collectDefaultMetrics({ register: registry });
  return registry;
}
