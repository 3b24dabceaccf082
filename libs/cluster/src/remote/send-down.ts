import type { ExitReason } from '@noex/contracts';
import { briefExitReason, encodeExitReason } from '../wire/exit-reason.codec.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { PeerLink } from './peer-link.js';

/** Tells a peer that a process it monitors has ended. Never throws: a reason that cannot be sent still has to end the monitor. */
export function sendDown(peer: PeerLink, monitor: number, reason: ExitReason): void {
  const wire = encodeExitReason(reason);
  try {
    peer.control((writer) => writer.numbered(FrameKind.Down, monitor, wire));
  } catch {
    const brief = briefExitReason(reason);
    peer.control((writer) => writer.numberedControl(FrameKind.Down, monitor, brief));
  }
}
