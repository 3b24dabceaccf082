import type { Cluster } from '@noex/cluster';
import type { ResolvedNoexOptions } from '../options/resolved-options.js';
import { hasOpenTelemetrySdk, openTelemetryApi, OpenTelemetryPropagator } from './open-telemetry.js';
import { PropagatingMessenger, Propagation } from './propagation.js';

/** The propagators that an app has asked for; its node then sends through them. */
export function createPropagation(
  { tracing, propagators }: Pick<ResolvedNoexOptions, 'tracing' | 'propagators'>,
  cluster: Cluster,
): Propagation {
  const api = tracing ? openTelemetryApi() : undefined;
  const traces = api && hasOpenTelemetrySdk(api) ? [new OpenTelemetryPropagator(api)] : [];
  const propagation = new Propagation([...traces, ...propagators]);
  if (!propagation.isEmpty) cluster.node.messenger = new PropagatingMessenger(cluster, propagation);
  return propagation;
}
