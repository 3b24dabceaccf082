import type { NetworkInterfaceInfo } from 'node:os';
import { bareHost, isWildcard } from './address.js';

export interface AdvertisedHost {
  readonly host: string;
  /** `loopback`: the machine has no other address, so only its own processes can dial the node. */
  readonly from: 'option' | 'listen_host' | 'interface' | 'loopback';
}

/**
 * The host that peers dial: what the user said, else the host the node listens on, else the machine's first outside address,
 * IPv4 before IPv6. Loopback is advertised by a node that listens everywhere only when the machine has nothing else.
 */
export function advertisedHost(
  listenHost: string,
  option: string | undefined,
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>,
): AdvertisedHost {
  if (option !== undefined) return { host: bareHost(option), from: 'option' };
  if (!isWildcard(listenHost)) return { host: listenHost, from: 'listen_host' };
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal && !address.address.toLowerCase().startsWith('fe80:'));
  const found = outside.find(({ family }) => family === 'IPv4') ?? outside[0];
  return found ? { host: found.address, from: 'interface' } : { host: '127.0.0.1', from: 'loopback' };
}
