import type { Socket } from 'node:net';
import type { Clock, Refusal } from '@noex/contracts';
import { FramedSocket, type FrameReceiver } from './framed-socket.js';
import { encodeMessage, MAX_HANDSHAKE_FRAME_BYTES } from './handshake-messages.js';

const DEAF: FrameReceiver = { frame() {}, writable() {}, oversized() {}, closed() {} };

/** Tells who is at the other end why there is no connection, and closes. Nothing that arrives is looked at. */
export function turnAway(socket: Socket, { code, message }: Refusal, clock: Clock): void {
  const limits = { maxFrameBytes: MAX_HANDSHAKE_FRAME_BYTES, maxQueuedBytes: MAX_HANDSHAKE_FRAME_BYTES };
  const framed = new FramedSocket(socket, limits, clock);
  framed.send(encodeMessage({ kind: 'refuse', code, message }));
  framed.end();
  framed.open(DEAF);
}
