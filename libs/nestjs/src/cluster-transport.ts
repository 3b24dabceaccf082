import type { Logger, Transport } from '@noex/contracts';
import { tcp } from '@noex/transport-tcp';
import { importNats } from './import-nats.js';
import type { ResolvedNoexOptions } from './options/resolved-options.js';

/** What carries the frames of a node. @throws InvalidOptionsError where it is of a package that is not installed. */
export async function createTransport(options: ResolvedNoexOptions, logger: Logger): Promise<Transport> {
  const { transport } = options;
  if (transport === 'tcp') return createTcp(options, logger);
  return transport === 'nats' ? createNats(options, logger) : transport(options, logger);
}

function createTcp(options: ResolvedNoexOptions, logger: Logger): Transport {
  const { host, port, advertisedHost, seeds, tls, insecure } = options;
  return tcp({
    host,
    port,
    advertisedHost,
    seeds,
    ...secretsOf(options),
    ...(tls && { tls }),
    insecure,
    logger,
  });
}

async function createNats(options: ResolvedNoexOptions, logger: Logger): Promise<Transport> {
  const { nats } = await importNats('transport');
  return nats({ ...options.nats.reveal(), ...secretsOf(options), insecure: options.insecure, logger });
}

// From a file they are read again when it changes.
function secretsOf({ secrets, secretFile }: ResolvedNoexOptions) {
  return secretFile === undefined ? { secrets: secrets.reveal() } : { secretFile };
}
