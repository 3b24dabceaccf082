import {
  backoffMs,
  type Clock,
  type NodeDownReason,
  type NodeIdentity,
  type PeerIdentity,
  type Refusal,
  type TimerHandle,
} from '@noex/contracts';

export interface CandidatesOptions {
  readonly self: NodeIdentity;
  readonly clock: Clock;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  random(): number;
  isUp(peer: PeerIdentity): boolean;
  /** Whether a newer life of the peer has been connected. */
  isOver(peer: PeerIdentity): boolean;
  /** Makes an offer or knocks. What comes of it is told by `up`, `refused` or `failed`. */
  approach(peer: PeerIdentity): void;
  /** What comes of approaches of it no longer matters. */
  forget(peer: PeerIdentity): void;
}

/** The other side said no on purpose, which a person has to repair. */
const REFUSED_MAX_MS = 30_000;
const PATIENCE_WITH: Partial<Record<Refusal['code'], number>> = {
  /** The holder of a name may leave at any time. */
  name_taken: 5_000,
  /** The holder is asked for a sign of life, which shows within a second. */
  name_contested: 250,
  /** Most often the session is there already, and its first message is still to be read. */
  duplicate: 5_000,
};
/** How long an approach waits for what comes of it: where nobody reads, that is known at once. */
const PATIENCE_MS = 5_000;
/** Approaches under way. When many nodes start together, more at once would only make each other late. */
export const MOST_AT_ONCE = 16;
/** Who does not answer for so long is forgotten; it will say when it is there again. */
const FORGET_MS = 60_000;
/** A session that lived so long was a good one: its loss is met with as little delay as the first. */
const STABLE_MS = 5_000;
const MAX_DEPARTED = 1_000;

interface Candidate {
  readonly peer: PeerIdentity;
  isApproached: boolean;
  timer: TimerHandle | undefined;
  /** In a row. */
  failures: number;
  failingSince: number | undefined;
  upSince: number | undefined;
}

/** Decides whom to approach and when: nodes that were heard of and are not connected. */
export class Candidates {
  private readonly byId = new Map<string, Candidate>();
  /** Peers that said goodbye: others go on to name them for a while. */
  private readonly departed = new Map<string, number>();
  /** Those whose turn it is, while others are being approached. */
  private readonly waiting = new Set<Candidate>();
  private underWay = 0;
  private isStopped = false;

  constructor(private readonly options: CandidatesOptions) {}

  stop(): void {
    this.isStopped = true;
    this.waiting.clear();
    for (const candidate of this.byId.values()) this.cancel(candidate);
  }

  /** Whether hearing of the node would change nothing. */
  knows({ id, incarnation }: PeerIdentity): boolean {
    return id === this.options.self.id || (this.byId.get(id)?.peer.incarnation ?? -1) >= incarnation;
  }

  /** Somebody says that the node is there; `itself`: the node does, and wants to be approached. */
  hear(peer: PeerIdentity, itself = false): void {
    const { self, isUp, isOver } = this.options;
    if (this.isStopped || peer.id === self.id || isOver(peer) || isUp(peer)) return;
    if (itself) this.departed.delete(peer.id);
    if ((this.departed.get(peer.id) ?? -1) >= peer.incarnation) return;
    const known = this.byId.get(peer.id);
    if (known && known.peer.incarnation > peer.incarnation) return;
    if (known?.peer.incarnation === peer.incarnation) {
      if (itself && !known.isApproached) this.schedule(known, 0);
      return;
    }
    if (known) this.remove(known);
    this.schedule(this.create(peer), 0);
  }

  /** The server is reached again, and perhaps those who did not answer. */
  retryAll(): void {
    for (const candidate of this.byId.values()) {
      if (this.options.isUp(candidate.peer)) continue;
      this.cancel(candidate);
      candidate.failingSince = undefined;
      this.schedule(candidate, 0);
    }
  }

  up(peer: PeerIdentity): void {
    if (this.isStopped) return;
    this.departed.delete(peer.id);
    const known = this.byId.get(peer.id);
    const candidate = known?.peer.incarnation === peer.incarnation ? known : this.replace(known, peer);
    this.cancel(candidate);
    this.options.forget(peer);
    candidate.failingSince = undefined;
    candidate.upSince = this.options.clock.now();
  }

  down(peer: PeerIdentity, reason: NodeDownReason): void {
    const candidate = this.byId.get(peer.id);
    if (this.isStopped) return;
    const isGoodbye = reason === 'graceful_shutdown';
    if (isGoodbye) this.remember(peer);
    if (candidate?.peer.incarnation !== peer.incarnation) return;
    if (isGoodbye) return this.remove(candidate);
    const now = this.options.clock.now();
    const wasStable = candidate.upSince !== undefined && now - candidate.upSince >= STABLE_MS;
    candidate.failures = wasStable ? 1 : candidate.failures + 1;
    candidate.upSince = undefined;
    candidate.failingSince = now;
    this.schedule(candidate, this.waitMs(candidate));
  }

  refused(peer: PeerIdentity, { code }: Refusal): void {
    this.options.forget(peer);
    this.fail(peer.id, PATIENCE_WITH[code] ?? REFUSED_MAX_MS);
  }

  /** Nobody is there. */
  failed({ id }: PeerIdentity): void {
    this.fail(id);
  }

  private fail(id: string, maxMs?: number): void {
    const candidate = this.byId.get(id);
    if (!candidate || this.isStopped) return;
    this.cancel(candidate);
    candidate.failures++;
    const now = this.options.clock.now();
    candidate.failingSince ??= now;
    if (now - candidate.failingSince >= FORGET_MS) return this.remove(candidate);
    this.schedule(candidate, this.waitMs(candidate, maxMs));
  }

  private replace(known: Candidate | undefined, peer: PeerIdentity): Candidate {
    if (known) this.remove(known);
    return this.create(peer);
  }

  private create(peer: PeerIdentity): Candidate {
    const candidate: Candidate = {
      peer,
      isApproached: false,
      timer: undefined,
      failures: 0,
      failingSince: undefined,
      upSince: undefined,
    };
    this.byId.set(peer.id, candidate);
    return candidate;
  }

  private remove(candidate: Candidate): void {
    this.cancel(candidate);
    this.options.forget(candidate.peer);
    this.byId.delete(candidate.peer.id);
  }

  private cancel(candidate: Candidate): void {
    this.options.clock.clearTimeout(candidate.timer);
    candidate.timer = undefined;
    this.waiting.delete(candidate);
    if (!candidate.isApproached) return;
    candidate.isApproached = false;
    this.underWay--;
    const [next] = this.waiting;
    if (next) this.approach(next);
  }

  private schedule(candidate: Candidate, delayMs: number): void {
    if (this.isStopped) return;
    this.options.clock.clearTimeout(candidate.timer);
    this.waiting.delete(candidate);
    candidate.timer = this.options.clock.setTimeout(() => this.approach(candidate), delayMs);
  }

  private approach(candidate: Candidate): void {
    this.waiting.delete(candidate);
    if (this.options.isUp(candidate.peer)) return;
    if (this.underWay >= MOST_AT_ONCE) return void this.waiting.add(candidate);
    this.underWay++;
    candidate.isApproached = true;
    candidate.timer = this.options.clock.setTimeout(() => this.fail(candidate.peer.id), PATIENCE_MS);
    this.options.approach(candidate.peer);
  }

  private waitMs({ failures }: Candidate, maxMs = this.options.reconnectMaxMs): number {
    const { reconnectMinMs, random } = this.options;
    return backoffMs(failures, { minMs: reconnectMinMs, maxMs }, random());
  }

  private remember({ id, incarnation }: PeerIdentity): void {
    if (this.departed.size >= MAX_DEPARTED) this.departed.delete(this.departed.keys().next().value!);
    this.departed.set(id, incarnation);
  }
}
