import type { Clock, Logger, TimerHandle } from '@noex/contracts';
import type { Peer } from '../remote/peer.js';
import { isHung, lookEveryMs, ownStallMs } from './failure-detector.js';
import type { HeartbeatOptions } from './heartbeat-options.js';
import { Liveness } from './liveness.js';
import { LocalHealth } from './local-health.js';
import type { LoopDelay } from './loop-delay.js';
import { RoundTrip } from './round-trip.js';

/** Delays below this are the machine's own, in milliseconds: whoever beats very often is not degraded by them. */
const LEAST_DELAY_MS = 50;

/** Tells the peers that this node lives, and finds those that no longer do. One timer for all of them. */
export class Heartbeats {
  private readonly everyMs: number;
  private readonly health: LocalHealth;
  private readonly limitMs: number;
  private timer: TimerHandle;
  private lastLookMs = 0;
  private lastBeatMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly options: HeartbeatOptions,
    private readonly loopDelay: LoopDelay,
    private readonly peers: () => Iterable<Peer>,
    /** A peer is found hung. */
    private readonly hung: (peer: Peer) => void,
    /** This node's load, for its peers. */
    private readonly load: () => number,
  ) {
    this.everyMs = lookEveryMs(options);
    this.limitMs = Math.max(this.everyMs, LEAST_DELAY_MS);
    this.health = new LocalHealth(this.limitMs);
  }

  start(): void {
    this.lastLookMs = this.lastBeatMs = this.clock.now();
    this.loopDelay.start();
    this.scheduleLook();
  }

  stop(): void {
    this.clock.clearTimeout(this.timer);
    this.loopDelay.stop();
  }

  /** From now on signs of life of this peer are expected. */
  watch(peer: Peer): void {
    const now = this.clock.now();
    peer.liveness = new Liveness(this.options, now);
    this.beat(peer, peer.liveness, now);
  }

  /** Suspicion of a peer now, as it is compared with the threshold. */
  phi({ heard, liveness }: Peer): number {
    return liveness && !heard ? liveness.phi(this.countedMs(liveness, this.clock.now())) : 0;
  }

  /** The silence of a peer as far as this node can trust its own ears. */
  private countedMs(liveness: Liveness, nowMs: number): number {
    return liveness.silenceMs(nowMs) / this.health.multiplier;
  }

  private scheduleLook(): void {
    this.timer = this.clock.setTimeout(this.look, this.everyMs);
  }

  private readonly look = (): void => {
    const now = this.clock.now();
    const stallMs = this.observeLoop(now - this.lastLookMs);
    this.lastLookMs = now;
    // The look nearest to an interval's end beats, so that looks that come a little early or late do not add up.
    const beats = now - this.lastBeatMs >= this.options.intervalMs - this.everyMs / 2;
    if (beats) this.lastBeatMs = now;
    for (const peer of [...this.peers()]) {
      const { liveness } = peer;
      // Whoever heard that another is down may have ended this one as well.
      if (!peer.up || !liveness) continue;
      liveness.look(now, peer.heard, stallMs);
      peer.heard = false;
      const silenceMs = this.countedMs(liveness, now);
      const phi = liveness.phi(silenceMs);
      if (isHung(silenceMs, phi, this.options)) this.accuse(peer, liveness, phi, now);
      else if (beats) this.beat(peer, liveness, now);
    }
    this.scheduleLook();
  };

  /** How late this node's own event loop runs; returns how much of the time since the last look it hung. */
  private observeLoop(sinceLastLookMs: number): number {
    const measuredMs = this.loopDelay.worstMs();
    // Only then: the monitor is blind to a delay that begins right after a reset.
    if (measuredMs > this.limitMs) this.loopDelay.reset();
    this.health.observe(Math.max(measuredMs, sinceLastLookMs - this.everyMs));
    const stallMs = ownStallMs(sinceLastLookMs, this.everyMs);
    if (stallMs >= this.options.intervalMs / 2) {
      const message = `this node's event loop hung for ${Math.round(stallMs)} ms; no peer is blamed for it`;
      this.logger.warn(message, { event: 'event_loop_stalled', stallMs });
    }
    return stallMs;
  }

  private accuse(peer: Peer, liveness: Liveness, phi: number, now: number): void {
    const { id } = peer.identity;
    const silentMs = Math.round(liveness.silenceMs(now));
    this.logger.warn(`node "${id}" is silent for ${silentMs} ms; its connection is closed`, {
      event: 'peer_silent',
      peer: id,
      silentMs,
      phi,
      localHealthMultiplier: this.health.multiplier,
    });
    this.hung(peer);
  }

  private beat(peer: Peer, { roundTrip }: Liveness, now: number): void {
    const load = this.load();
    const echo = roundTrip.takeEcho(now);
    peer.urgent((writer) => writer.heartbeat(load, RoundTrip.stamp(now), echo));
  }
}
