import { isIP } from 'node:net';

const LABEL = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST_NAME = new RegExp(`^${LABEL}(\\.${LABEL})*\\.?$`);

/** An IP address (IPv6 without brackets) or a host name, without a port. */
export function isHost(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > 253) return false;
  // 256.1.1.1 and 10.1 have the letters of a name but can only be a mistyped address.
  return isIP(value) !== 0 || (HOST_NAME.test(value) && !/^[\d.]+$/.test(value));
}

/** Only this machine reaches it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** "Every address of this machine": good to listen on, impossible to dial. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || (isIP(host) === 6 && /^[0:]+$/.test(host));
}
