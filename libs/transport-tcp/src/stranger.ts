import type { Refusal } from '@noex/contracts';
import { NO_SECRET_HERE } from './tls-errors.js';

/**
 * Names who sent a first frame of an impossible length, by the four bytes that stand where the length should: they are the start
 * of another protocol.
 */
export function recogniseStranger(length: number): Refusal {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  // A TLS record of a handshake: type 22, version 3.x.
  if (bytes[0] === 0x16 && bytes[1] === 0x03) return NO_SECRET_HERE;
  const isHttp = /^(GET |POST|HEAD|PUT |HTTP|OPTI|CONN)/.test(bytes.toString('latin1'));
  return {
    code: 'not_noex',
    message: `it ${isHttp ? 'speaks HTTP' : 'sent no noex handshake'}; it is not a noex node, or its address leads elsewhere`,
  };
}
