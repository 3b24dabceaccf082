import { isIP } from 'node:net';
import { isHost } from './host-form.js';
import { isName } from './node-name-form.js';

const HOST_AND_PORT = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/;
const SRV_NAME = /^_[A-Za-z0-9-]+\._[A-Za-z0-9-]+\.(.+)$/;

/** `name@host:port`, `host:port`, `dns:host:port` or `srv:_service._tcp.host`; an IPv6 address stands in brackets. */
export function isSeed(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value.startsWith('srv:')) return isHost(SRV_NAME.exec(value.slice(4))?.[1]);
  if (value.startsWith('dns:')) return isHostAndPort(value.slice(4));
  const at = value.indexOf('@');
  return at < 0 ? isHostAndPort(value) : isName(value.slice(0, at)) && isHostAndPort(value.slice(at + 1));
}

function isHostAndPort(text: string): boolean {
  const [, ipv6, host, port] = HOST_AND_PORT.exec(text) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) return false;
  return ipv6 === undefined ? isHost(host) : isIP(ipv6) === 6;
}
