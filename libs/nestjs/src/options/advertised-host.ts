import type { GivenOption } from './given-option.js';
import { isHost, isWildcard } from './host-form.js';
import type { Machine } from './machine.js';

/**
 * What peers dial where nobody said: the address listened on if it is one, else the pod's, else the machine's first.
 * Addresses come before names because they need no DNS that knows this machine.
 */
export function defaultAdvertisedHost(host: unknown, env: NodeJS.ProcessEnv, machine: Machine): GivenOption {
  if (isHost(host) && !isWildcard(host)) return { value: host, source: 'default' };
  const podIp = env['POD_IP']?.trim();
  if (podIp) return { value: podIp, source: 'environment', variable: 'POD_IP' };
  // A machine without a network has no peers but those on it.
  return { value: machine.addresses()[0] ?? '127.0.0.1', source: 'default' };
}
