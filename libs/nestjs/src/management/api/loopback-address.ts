import { isIPv4 } from 'node:net';

/** Whether the other end of a socket is on this machine. An IPv4 address may come in its IPv6 form. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIPv4(plain) && plain.startsWith('127.'));
}
