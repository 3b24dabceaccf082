import type { PeerIdentity } from '@noex/contracts';
import type { FrameWriter } from '../wire/frame-writer.js';

/** What an exchange with a peer needs of it: who it is, and a way to tell it something. */
export interface PeerLink {
  readonly identity: PeerIdentity;
  /** Writes what must not be refused for a full buffer: replies and the cluster's own messages. */
  control(write: (writer: FrameWriter) => void): void;
}
