import { InvalidOptionsError } from '@noex/contracts';
import { formatHostPort, parseHostPort } from './address.js';

/** Where a node looks for others. */
export type Seed =
  | { readonly kind: 'address'; readonly host: string; readonly port: number; readonly name?: string }
  /** Every address behind a host name, such as a headless Service. */
  | { readonly kind: 'dns'; readonly host: string; readonly port: number }
  /** Every host and port of a DNS service record. */
  | { readonly kind: 'srv'; readonly name: string };

const FORMS =
  '"host:port", "name@host:port", "[ipv6]:port", "dns:host:port" (every address of the host) or "srv:_service._proto.domain"';

/**
 * Reads one seed.
 * @throws InvalidOptionsError naming the accepted forms.
 */
export function parseSeed(text: string): Seed {
  const seed = text.trim();
  // A host may itself be called "dns" or "srv": "dns:4369" is a host and a port.
  if (seed.startsWith('dns:') && !/^dns:\d+$/.test(seed)) {
    const address = parseHostPort(seed.slice(4));
    if (address) return { kind: 'dns', ...address };
  } else if (seed.startsWith('srv:') && !/^srv:\d+$/.test(seed)) {
    const name = seed.slice(4);
    if (/^[^\s:@/]+$/.test(name)) return { kind: 'srv', name };
  } else {
    const at = seed.lastIndexOf('@');
    const address = parseHostPort(seed.slice(at + 1));
    if (address && at !== 0) {
      return { kind: 'address', ...address, ...(at > 0 ? { name: seed.slice(0, at) } : {}) };
    }
  }
  throw new InvalidOptionsError(`seed "${text}" is not understood; write ${FORMS}`, { seed: text });
}

/** As it may be written. */
export function formatSeed(seed: Seed): string {
  if (seed.kind === 'srv') return `srv:${seed.name}`;
  const address = formatHostPort(seed.host, seed.port);
  if (seed.kind === 'dns') return `dns:${address}`;
  return seed.name === undefined ? address : `${seed.name}@${address}`;
}
