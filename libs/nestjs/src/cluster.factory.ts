import type { Logger, Transport } from '@noex/contracts';
import { Cluster, type ClusterOptions } from '@noex/cluster';
import { tcp } from '@noex/transport-tcp';
import type { ResolvedNoexOptions } from './options/resolved-options.js';

/** The node of one app, not yet started. A test gives it a clock and an incarnation of its own. */
export function createCluster(
  options: ResolvedNoexOptions,
  logger: Logger,
  own: Pick<ClusterOptions, 'clock' | 'incarnation'> = {},
): Cluster {
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
    transport: options.transport === 'tcp' ? createTcp(options, logger) : options.transport(options, logger),
    logger,
  });
}

function createTcp(options: ResolvedNoexOptions, logger: Logger): Transport {
  const { host, port, advertisedHost, seeds, secrets, secretFile, tls, insecure } = options;
  return tcp({
    host,
    port,
    advertisedHost,
    seeds,
    // From a file they are read again when it changes.
    ...(secretFile === undefined ? { secrets: secrets.reveal() } : { secretFile }),
    ...(tls && { tls }),
    insecure,
    logger,
  });
}
