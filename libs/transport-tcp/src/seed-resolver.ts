import { lookup, resolveSrv } from 'node:dns/promises';
import { formatHostPort } from './address.js';
import type { Seed } from './seed.js';

/** The two questions that seeds ask of DNS. */
export interface DnsLookups {
  /** Every IPv4 and IPv6 address of a host. */
  addresses(host: string): Promise<readonly string[]>;
  services(name: string): Promise<readonly { readonly name: string; readonly port: number }[]>;
}

/**
 * The machine's resolver. Addresses are asked of the operating system, which knows the hosts file and the search domains that a
 * bare service name needs in Kubernetes; service records are asked of DNS itself, so their names must be fully qualified.
 */
export const systemDns: DnsLookups = {
  addresses: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  services: (name) => resolveSrv(name),
};

/** The addresses behind a seed right now, without repetition. Rejects with the resolver's error. */
export async function resolveSeed(seed: Seed, dns: DnsLookups): Promise<string[]> {
  if (seed.kind === 'address') return [formatHostPort(seed.host, seed.port)];
  const found =
    seed.kind === 'dns'
      ? (await dns.addresses(seed.host)).map((address) => formatHostPort(address, seed.port))
      : (await dns.services(seed.name)).map(({ name, port }) =>
          formatHostPort(name.replace(/\.$/, ''), port),
        );
  return [...new Set(found)];
}
