import type { Refusal } from './admission.js';
import type { DropCounter } from './drop-counter.js';
import type { NodeDownReason, NodeIdentity, PeerIdentity } from './node-identity.js';

/**
 * The port to other nodes: whole frames between named peers.
 *
 * Every adapter promises, and one compliance suite checks: frames to one peer arrive in order, at most once and whole;
 * `peerUp` and `peerDown` alternate for a peer, both sides agree on the incarnation; `send` says when a peer's
 * buffer is full; `close` first hands over what `send` accepted.
 */
export interface Transport {
  /** Largest frame `send` takes, in bytes. */
  readonly maxFrameBytes: number;
  /** Nodes find each other without being told of by their peers, so `learn` tells it nothing new. Default false. */
  readonly discovers?: boolean;
  /** Connections that did not come about, in either direction, by reason. Left out where nothing refuses any. */
  readonly refusals?: Pick<DropCounter, 'get' | 'entries'>;
  /** Begins to accept and to look for peers. Resolves with the address peers dial. */
  start(host: TransportHost): Promise<string>;
  /** Peers that others told us about; the adapter connects those it does not know. */
  learn(peers: readonly PeerIdentity[]): void;
  /**
   * Flushes, disconnects from everybody and stops. From the call on no `TransportHost` method is called: the connections that were up
   * end without a `peerDown` on this side. Resolves when all is released; calling it again gives the same end.
   */
  close(): Promise<void>;
}

/** The node a transport works for. Its methods do not throw. */
export interface TransportHost {
  readonly self: NodeIdentity;
  /** The peer passed the handshake. Never called twice for a peer without a `peerDown` between. */
  peerUp(connection: PeerConnection): void;
  peerDown(connection: PeerConnection, reason: NodeDownReason): void;
  /** One whole frame. The bytes are only valid until this returns. */
  frame(connection: PeerConnection, frame: Uint8Array): void;
  /** After `send` said no: the buffer has room again. */
  writable(connection: PeerConnection): void;
  /** A node that this one dialed will not be its peer. It is dialed again; the transport has logged it. */
  refused?(refusal: Refusal): void;
}

/** The one connection with a peer, until its `peerDown`. */
export interface PeerConnection {
  readonly peer: PeerIdentity;
  /** The optional abilities that the peer named; some may be unknown here. */
  readonly features: ReadonlySet<string>;
  /** Bytes that `send` accepted and the network has not. */
  readonly queuedBytes: number;
  /**
   * Takes the frame (it copies: the caller may reuse the bytes), or returns `false` when the buffer is full or the
   * connection is closed: then nothing of it was taken.
   * @throws MessageTooLargeError beyond `maxFrameBytes`: waiting for room would not help.
   */
  send(frame: Uint8Array): boolean;
  /** Ends the connection after a flush; `peerDown` follows with this reason. */
  close(reason: NodeDownReason): void;
}
