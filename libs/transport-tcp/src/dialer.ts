import {
  backoffMs,
  type Clock,
  type Logger,
  type NodeDownReason,
  type NodeIdentity,
  type PeerIdentity,
  type Refusal,
  type TimerHandle,
} from '@noex/contracts';
import { parseHostPort } from './address.js';

export type DialOutcome =
  | { readonly kind: 'up'; readonly peer: PeerIdentity }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly peer?: PeerIdentity }
  | { readonly kind: 'failed'; readonly error: Error };

export interface DialerOptions {
  readonly self: NodeIdentity;
  readonly selfAddress: string;
  readonly reconnectMinMs: number;
  readonly reconnectMaxMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  random(): number;
  /** Opens a connection and takes it through the handshake. Never rejects. */
  dial(address: string): Promise<DialOutcome>;
  isUp(peer: PeerIdentity): boolean;
  /** Whether a newer life of the peer has been connected. */
  isOver(peer: PeerIdentity): boolean;
  /** An address has not answered for a while; called after each further failure. */
  unreachable(address: string, error: Error): void;
}

/** Seeds are dialed at least this often: a node must be up within a second of its listening. */
const SEED_MAX_MS = 800;
/** The other side said no on purpose, which a person has to repair. */
const REFUSED_MAX_MS = 30_000;
/** The holder of a name may leave at any time. */
const TAKEN_MAX_MS = 5_000;
/** The other side holds a connection which it now asks for a sign of life: whether it gives way shows within seconds. */
const IN_DOUBT_MAX_MS = 250;
/**
 * A dial that hangs for so long no longer holds up the next one: behind a lost packet, or with a node that was stopped, it may hang
 * long after the address answers again.
 */
const PATIENCE_MS = 2_000;
/** A learned address that does not answer for so long is forgotten; others will tell again. */
const FORGET_MS = 60_000;
/** A connection that lived so long was a good one: its next dial waits as little as the first. */
const STABLE_MS = 5_000;
const UNREACHABLE_MS = 5_000;
const MAX_DEPARTED = 1_000;

interface Target {
  readonly address: string;
  /** Who answered there last. */
  peer: PeerIdentity | undefined;
  /** The dial under way that the next one waits for. */
  attempt: object | undefined;
  timer: TimerHandle | undefined;
  /** In a row. */
  failures: number;
  failingSince: number | undefined;
  upSince: number | undefined;
}

/** Decides which addresses to dial and when: those of seeds and of known peers that are not connected. */
export class Dialer {
  private readonly targets = new Map<string, Target>();
  /** What each seed stands for now. */
  private readonly seeds = new Map<number, ReadonlySet<string>>();
  private readonly selfAddresses: Set<string>;
  /** Peers that said goodbye, by id: gossip goes on to name them for a while. */
  private readonly departed = new Map<string, number>();
  private stopped = false;

  constructor(private readonly options: DialerOptions) {
    this.selfAddresses = new Set([options.selfAddress]);
  }

  stop(): void {
    this.stopped = true;
    for (const target of this.targets.values()) this.cancel(target);
  }

  /** Whether every address that the seed stands for is this node's or a connected peer's. */
  hasMet(index: number): boolean {
    for (const address of this.seeds.get(index) ?? []) {
      const target = this.targets.get(address);
      if (!this.selfAddresses.has(address) && !(target && this.isConnected(target))) return false;
    }
    return true;
  }

  /** Addresses that a seed no longer stands for are from now on treated like those of learned peers. */
  setSeed(index: number, addresses: readonly string[]): void {
    this.seeds.set(index, new Set(addresses));
    for (const address of addresses) if (!this.targets.has(address)) this.add(address, undefined);
  }

  learn(peers: readonly PeerIdentity[]): void {
    for (const peer of peers) {
      if (peer.id === this.options.self.id || (this.departed.get(peer.id) ?? -1) >= peer.incarnation)
        continue;
      const { isUp, isOver } = this.options;
      if (isUp(peer) || isOver(peer) || !parseHostPort(peer.address)) continue;
      const target = this.targets.get(peer.address);
      if (!target) this.add(peer.address, peer);
      else if (target.peer && (target.peer.id !== peer.id || target.peer.incarnation < peer.incarnation)) {
        // The address has changed hands, or its node has been restarted, since it last answered.
        target.peer = peer;
        target.failures = 0;
        this.schedule(target, 0);
      }
    }
  }

  peerUp(peer: PeerIdentity): void {
    if (this.stopped) return;
    this.departed.delete(peer.id);
    const target = this.targets.get(peer.address) ?? this.create(peer.address);
    // Another connection was faster than the dial under way: what becomes of that is of no interest, should this one be lost.
    target.attempt = undefined;
    this.settled(target, peer);
  }

  peerDown(peer: PeerIdentity, reason: NodeDownReason): void {
    if (this.stopped) return;
    const goodbye = reason === 'graceful_shutdown';
    if (goodbye) this.remember(peer);
    for (const target of this.targets.values()) {
      if (target.peer?.id !== peer.id || target.peer.incarnation !== peer.incarnation) continue;
      if (goodbye && !this.isSeed(target.address)) {
        this.remove(target);
        continue;
      }
      const now = this.options.clock.now();
      const wasStable = target.upSince !== undefined && now - target.upSince >= STABLE_MS;
      target.failures = wasStable ? 1 : target.failures + 1;
      target.upSince = undefined;
      target.failingSince = now;
      // A node on its way out may still listen; a seed's full wait lets it leave.
      this.schedule(target, goodbye ? SEED_MAX_MS : this.waitMs(target));
    }
  }

  private add(address: string, peer: PeerIdentity | undefined): void {
    if (this.selfAddresses.has(address)) return;
    const target = this.create(address);
    target.peer = peer;
    this.schedule(target, 0);
  }

  private create(address: string): Target {
    const target: Target = {
      address,
      peer: undefined,
      attempt: undefined,
      timer: undefined,
      failures: 0,
      failingSince: undefined,
      upSince: undefined,
    };
    this.targets.set(address, target);
    return target;
  }

  private remove(target: Target): void {
    this.cancel(target);
    this.targets.delete(target.address);
  }

  private schedule(target: Target, delayMs: number): void {
    if (this.stopped || target.attempt) return;
    this.cancel(target);
    if (this.isConnected(target)) return;
    target.timer = this.options.clock.setTimeout(() => {
      target.timer = undefined;
      void this.attempt(target);
    }, delayMs);
  }

  private cancel(target: Target): void {
    if (target.timer !== undefined) this.options.clock.clearTimeout(target.timer);
    target.timer = undefined;
  }

  private async attempt(target: Target): Promise<void> {
    if (this.isConnected(target)) return;
    const attempt = (target.attempt = {});
    target.timer = this.options.clock.setTimeout(() => {
      target.timer = undefined;
      target.attempt = undefined;
      this.failed(target, undefined, new Error(`no answer within ${PATIENCE_MS} ms`));
    }, PATIENCE_MS);
    const outcome = await this.options.dial(target.address);
    if (target.attempt !== attempt || this.targets.get(target.address) !== target) return;
    this.cancel(target);
    target.attempt = undefined;
    if (this.stopped) return;
    switch (outcome.kind) {
      case 'up':
        this.settled(target, outcome.peer);
        // It may be down already, which `peerDown` could not schedule while the dial was under way.
        return this.schedule(target, this.waitMs(target));
      case 'refused':
        if (outcome.refusal.code === 'self') {
          this.selfAddresses.add(target.address);
          return this.remove(target);
        }
        if (outcome.peer && this.options.isUp(outcome.peer)) return this.settled(target, outcome.peer);
        target.peer = outcome.peer;
        return this.failed(target, refusedMaxMs(outcome.refusal));
      case 'failed':
        return this.failed(target, undefined, outcome.error);
    }
  }

  private settled(target: Target, peer: PeerIdentity): void {
    target.peer = peer;
    target.failingSince = undefined;
    target.upSince ??= this.options.clock.now();
    this.cancel(target);
  }

  private failed(target: Target, maxMs: number | undefined, error?: Error): void {
    const { clock, logger } = this.options;
    const now = clock.now();
    target.failures += 1;
    target.failingSince ??= now;
    const failingMs = now - target.failingSince;
    if (error) {
      logger.debug(`${target.address} does not answer: ${error.message}`, {
        event: 'dial_failed',
        address: target.address,
      });
      if (failingMs >= UNREACHABLE_MS) this.options.unreachable(target.address, error);
    }
    if (failingMs >= FORGET_MS && !this.isSeed(target.address)) return this.remove(target);
    this.schedule(target, this.waitMs(target, maxMs));
  }

  private waitMs({ address, failures }: Target, maxMs?: number): number {
    const { reconnectMinMs, reconnectMaxMs, random } = this.options;
    const usualMaxMs = this.isSeed(address) ? Math.min(SEED_MAX_MS, reconnectMaxMs) : reconnectMaxMs;
    return backoffMs(failures, { minMs: reconnectMinMs, maxMs: maxMs ?? usualMaxMs }, random());
  }

  private isConnected(target: Target): boolean {
    return target.peer !== undefined && this.options.isUp(target.peer);
  }

  private isSeed(address: string): boolean {
    for (const addresses of this.seeds.values()) if (addresses.has(address)) return true;
    return false;
  }

  private remember({ id, incarnation }: PeerIdentity): void {
    if (this.departed.size >= MAX_DEPARTED) this.departed.delete(this.departed.keys().next().value!);
    this.departed.set(id, incarnation);
  }
}

function refusedMaxMs({ code }: Refusal): number {
  if (code === 'duplicate' || code === 'name_contested') return IN_DOUBT_MAX_MS;
  return code === 'name_taken' ? TAKEN_MAX_MS : REFUSED_MAX_MS;
}
