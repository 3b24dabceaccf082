import { isIP, isIPv6 } from 'node:net';

/** What a socket connects to. `host` is a name or an IP address without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, or `[ipv6]:port`; `undefined` when the text is neither, or the port is not 1 to 65535. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]@/\s]+)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const [, ipv6, name, digits] = match;
  const port = Number(digits);
  if (port < 1 || port > 65535) return undefined;
  if (ipv6 !== undefined) return isIPv6(ipv6) ? { host: ipv6, port } : undefined;
  return { host: name!, port };
}

export function formatHostPort(host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Drops the brackets that people write around an IPv6 host. */
export function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) !== 0 && /^(::ffff:)?127\./i.test(host);
}

/** Whether the host stands for every interface, so that nobody can dial it. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::' || host === '';
}
