import type { Logger } from '@noex/contracts';
import { Cluster, type ClusterOptions } from '@noex/cluster';
import { createArbiter } from './cluster-arbiter.js';
import { createTransport } from './cluster-transport.js';
import type { ResolvedNoexOptions } from './options/resolved-options.js';

/** The node of one app, not yet started. A test gives it a clock and an incarnation of its own. */
export async function createCluster(
  options: ResolvedNoexOptions,
  logger: Logger,
  own: Pick<ClusterOptions, 'clock' | 'incarnation'> = {},
): Promise<Cluster> {
  const {
    heartbeat,
    mailboxLimit,
    callTimeoutMs,
    maxMessageBytes,
    maxQueuedBytes,
    strictMessages,
    clusterName,
    nodeName,
    quorum,
  } = options;
  const arbiter = await createArbiter(options);
  return new Cluster({
    ...own,
    nodeName,
    clusterName,
    heartbeat,
    mailboxLimit,
    callTimeoutMs,
    maxMessageBytes,
    maxQueuedBytes,
    strictMessages,
    measureLatency: options.metrics !== false,
    quorum,
    ...(arbiter && { arbiter }),
    transport: await createTransport(options, logger),
    logger,
  });
}
