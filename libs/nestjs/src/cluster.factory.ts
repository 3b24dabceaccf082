import type { Logger, Transport } from '@noex/contracts';
import { Cluster, FRAME_OVERHEAD_BYTES } from '@noex/cluster';
import { tcp } from '@noex/transport-tcp';
import type { ResolvedNoexOptions } from './options/resolved-options.js';

/** The node of one app, not yet started. */
export function createCluster(options: ResolvedNoexOptions, logger: Logger): Cluster {
  const { heartbeat, mailboxLimit, callTimeoutMs, maxMessageBytes, strictMessages, clusterName, nodeName } =
    options;
  return new Cluster({
    nodeName,
    clusterName,
    heartbeat,
    mailboxLimit,
    callTimeoutMs,
    maxMessageBytes,
    strictMessages,
    transport: options.transport === 'tcp' ? createTcp(options, logger) : options.transport(options, logger),
    logger,
  });
}

function createTcp(options: ResolvedNoexOptions, logger: Logger): Transport {
  const { host, port, advertisedHost, seeds, secrets, insecure, maxMessageBytes } = options;
  return tcp({
    host,
    port,
    advertisedHost,
    seeds,
    secrets: secrets.reveal(),
    insecure,
    maxFrameBytes: maxMessageBytes + FRAME_OVERHEAD_BYTES,
    logger,
  });
}
