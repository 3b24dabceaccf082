import type { Logger, Transport } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { tcp } from '@noex/transport-tcp';
import type { ResolvedNoexOptions } from './options/resolved-options.js';

/** The node of one app, not yet started. */
export function createCluster(options: ResolvedNoexOptions, logger: Logger): Cluster {
  const {
    heartbeat,
    mailboxLimit,
    callTimeoutMs,
    maxMessageBytes,
    strictMessages,
    clusterName,
    nodeName,
    quorum,
  } = options;
  return new Cluster({
    nodeName,
    clusterName,
    heartbeat,
    mailboxLimit,
    callTimeoutMs,
    maxMessageBytes,
    strictMessages,
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
