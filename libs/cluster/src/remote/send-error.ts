import type { ErrorData } from '@noex/contracts';
import { briefErrorData } from '../wire/exit-reason.codec.js';
import type { PeerLink } from './peer-link.js';

/** Tells a peer of an error, in as much detail as can be sent. Never throws. */
export function sendError(peer: PeerLink, kind: number, id: number, error: ErrorData): void {
  try {
    peer.control((writer) => writer.numbered(kind, id, error));
  } catch {
    // Its `data` does not cross, or it is too large; what happened still has to be known.
    const brief = briefErrorData(error);
    peer.control((writer) => writer.numberedControl(kind, id, brief));
  }
}
