import { identityOf, type Hello, type PeerIdentity, type Refusal } from '@noex/contracts';
import type { HandshakeMessage } from './handshake-messages.js';

export type HandshakeResult =
  | { readonly kind: 'up'; readonly peer: PeerIdentity; readonly features: ReadonlySet<string> }
  /** `by` says whose objection it is; `peer` is known once it has said hello. */
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly by: 'us' | 'them';
      readonly peer?: PeerIdentity;
    };

export interface HandshakeStep {
  readonly send?: HandshakeMessage;
  /** The handshake is over, after `send` is sent. */
  readonly result?: HandshakeResult;
}

/**
 * One side of the exchange that admits a peer. Both sides say hello; the one with the greater id then says ready; the other, the
 * arbiter of the pair, says accept. Only the arbiter may find a connection superfluous, so of two that cross each other both
 * sides keep the same one, and a side is up only when the other has no objection left.
 */
export class Handshake {
  private peer: Hello | undefined;
  private isOver = false;

  constructor(
    private readonly self: Pick<Hello, 'id'>,
    /** Asked at hello and again before this side is up, since another connection may have come up between. */
    private readonly objection: (peer: Hello, arbiter: boolean) => Refusal | undefined,
  ) {}

  receive(message: HandshakeMessage | undefined): HandshakeStep {
    if (this.isOver) return {};
    const step = this.next(message);
    if (step.result) this.isOver = true;
    return step;
  }

  private next(message: HandshakeMessage | undefined): HandshakeStep {
    switch (message?.kind) {
      case 'refuse':
        return { result: { kind: 'refused', refusal: message, by: 'them', ...this.known() } };
      case 'hello':
        if (this.peer) break;
        this.peer = message;
        return this.refused(message) ?? (this.isArbiter(message) ? {} : { send: { kind: 'ready' } });
      case 'ready':
        if (!this.peer || !this.isArbiter(this.peer)) break;
        return this.refused(this.peer) ?? { send: { kind: 'accept' }, ...this.up(this.peer) };
      case 'accept':
        if (!this.peer || this.isArbiter(this.peer)) break;
        // The other side is up: to it a refusal would be a frame like any other, so this side just leaves.
        return this.withoutSending(this.refused(this.peer)) ?? this.up(this.peer);
    }
    return this.refuse({ code: 'not_noex', message: 'the other side does not follow the noex handshake' });
  }

  private isArbiter(peer: Hello): boolean {
    return this.self.id < peer.id;
  }

  private refused(peer: Hello): HandshakeStep | undefined {
    const refusal = this.objection(peer, this.isArbiter(peer));
    return refusal && this.refuse(refusal);
  }

  private refuse(refusal: Refusal): HandshakeStep {
    return {
      send: { kind: 'refuse', code: refusal.code, message: refusal.message },
      result: { kind: 'refused', refusal, by: 'us', ...this.known() },
    };
  }

  private withoutSending(step: HandshakeStep | undefined): HandshakeStep | undefined {
    return step?.result && { result: step.result };
  }

  private up(peer: Hello): HandshakeStep {
    return { result: { kind: 'up', peer: identityOf(peer), features: new Set(peer.features) } };
  }

  private known(): { peer?: PeerIdentity } {
    return this.peer ? { peer: identityOf(this.peer) } : {};
  }
}
