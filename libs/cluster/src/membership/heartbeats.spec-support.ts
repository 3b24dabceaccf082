import { DEFAULT_HEARTBEAT } from './heartbeat-options.js';
import { beat, connectionOf, membersOf } from './members.spec-support.js';

/** How the heartbeats of a peer come through. */
export interface Network {
  /** A number in [0, 1) for everything that is left to chance. */
  readonly random: () => number;
  /** How much later than the interval each heartbeat leaves, in milliseconds. */
  readonly lateMs?: () => number;
  /** How long it takes, without retransmissions, in milliseconds. */
  readonly latencyMs: () => number;
  /** Share of segments that are lost; TCP sends them again after 200 ms, then twice as long each time. */
  readonly loss?: number;
}

const FIRST_RETRANSMISSION_MS = 200;

/** The same numbers each time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One peer behind a network, watched with the default options until it hangs, if it does. */
export function watched({ random, lateMs = () => 0, latencyMs, loss = 0 }: Network) {
  const { clock, members, connect } = membersOf();
  members.startHeartbeats();
  let peer = connect('b');
  members.admit(peer);
  let accusations = 0;
  let hangs = false;
  let lastArrivalMs = 0;

  function transitMs(): number {
    let transit = latencyMs();
    for (let again = FIRST_RETRANSMISSION_MS; random() < loss; again *= 2) transit += again;
    return transit;
  }

  function sendBeat(): void {
    if (hangs) return;
    const to = peer;
    lastArrivalMs = Math.max(lastArrivalMs, clock.now() + transitMs());
    clock.setTimeout(() => beat(to, clock.now()), lastArrivalMs - clock.now());
    clock.setTimeout(sendBeat, DEFAULT_HEARTBEAT.intervalMs + lateMs());
  }

  const wasAccused = () => connectionOf(peer).closed.length > 0;

  function live(ms: number): void {
    const end = clock.now() + ms;
    while (clock.now() < end) {
      clock.advance(Math.min(250, end - clock.now()));
      if (!wasAccused()) continue;
      // Accused though it lives, it comes back.
      accusations++;
      members.admit((peer = connect('b')));
    }
  }

  /** How long it takes until the peer, which hangs from now on, is found, in milliseconds. */
  function hang(): number {
    hangs = true;
    const from = clock.now();
    while (!wasAccused() && clock.now() - from < 60_000) clock.advance(1);
    return clock.now() - from;
  }

  sendBeat();
  return { live, hang, accusations: () => accusations };
}
