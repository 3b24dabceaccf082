import type { Arbiter } from '@noex/contracts';
import { importNats } from './import-nats.js';
import type { ResolvedNoexOptions } from './options/resolved-options.js';

/**
 * Who decides about the global names of a node; undefined where the nodes do among themselves.
 * @throws InvalidOptionsError where it is of a package that is not installed.
 */
export async function createArbiter({
  arbiter,
  nats,
  clusterName,
}: ResolvedNoexOptions): Promise<Arbiter | undefined> {
  if (arbiter !== 'nats') return arbiter?.();
  const { natsArbiter } = await importNats('arbiter');
  return natsArbiter({ ...nats.reveal(), clusterName });
}
