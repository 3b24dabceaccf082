import { isIP } from 'node:net';

/** Where a node looks for others; the forms are those of @noex/nestjs (test/doctor/product.spec.ts). */
export type Seed =
  | { readonly kind: 'address'; readonly host: string; readonly name?: string }
  | { readonly kind: 'dns'; readonly host: string }
  | { readonly kind: 'srv'; readonly host: string };

export const SEED_FORMS = 'host:port, name@host:port, [ipv6]:port, dns:host:port or srv:_service._tcp.host';

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/;
const SRV_NAME = /^_[A-Za-z0-9-]+\._[A-Za-z0-9-]+\.(.+)$/;
const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*\\.?$`);

/** `undefined` for what a node refuses at its start. */
export function readSeed(text: string): Seed | undefined {
  if (text.startsWith('srv:')) {
    const host = SRV_NAME.exec(text.slice(4))?.[1];
    return host !== undefined && isHost(host) ? { kind: 'srv', host } : undefined;
  }
  if (text.startsWith('dns:')) {
    const host = readHost(text.slice(4));
    return host === undefined ? undefined : { kind: 'dns', host };
  }
  const at = text.indexOf('@');
  const host = readHost(text.slice(at + 1));
  if (host === undefined) return undefined;
  if (at < 0) return { kind: 'address', host };
  const name = text.slice(0, at);
  return NODE_NAME.test(name) ? { kind: 'address', host, name } : undefined;
}

/** The entries of `CLUSTER_SEEDS`. */
export function splitSeeds(value: string): string[] {
  return value
    .split(',')
    .map((seed) => seed.trim())
    .filter((seed) => seed !== '');
}

function readHost(text: string): string | undefined {
  const [, ipv6, host, port] = HOST_AND_PORT.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  if (ipv6 !== undefined) return isIP(ipv6) === 6 ? ipv6 : undefined;
  return isHost(host!) ? host : undefined;
}

function isHost(text: string): boolean {
  if (text.length > 253) return false;
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text));
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
