import { InvalidOptionsError } from '@noex/contracts';

/** Only an app that uses it has the package. `option` is what asks for it. @throws InvalidOptionsError where it is not installed. */
export async function importNats(
  option: 'transport' | 'arbiter',
): Promise<typeof import('@noex/transport-nats')> {
  try {
    return await import('@noex/transport-nats');
  } catch (error) {
    throw new InvalidOptionsError(
      `${option} "nats" (CLUSTER_${option.toUpperCase()}) is a package of its own that cannot be loaded: npm install @noex/transport-nats`,
      { [option]: 'nats' },
      { cause: error },
    );
  }
}
