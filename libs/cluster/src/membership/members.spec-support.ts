import { silentLogger, type Clock, type NodeDownReason, type PeerConnection } from '@noex/contracts';
import { LocalNode } from '@noex/runtime';
import { resolvePeerLimits } from '../remote/peer-limits.js';
import { Peer } from '../remote/peer.js';
import { Serving } from '../remote/serving.js';
import { PayloadCodec } from '../wire/payload-codec.js';
import type { HeartbeatOptions } from './heartbeat-options.js';
import type { LoopDelay } from './loop-delay.js';
import { Members } from './members.js';

/** Time that passes in one go: each timer fires when it is due, and nothing else runs in between. */
export class SteppingClock implements Clock {
  private time = 0;
  private readonly timers = new Map<symbol, { at: number; callback: () => void }>();

  now = () => this.time;

  setTimeout(callback: () => void, delayMs: number): symbol {
    const handle = Symbol();
    this.timers.set(handle, { at: this.time + delayMs, callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as symbol);
  }

  get pending(): number {
    return this.timers.size;
  }

  advance(ms: number): void {
    const end = this.time + ms;
    for (let due = this.next(end); due; due = this.next(end)) {
      this.time = Math.max(this.time, due.at);
      due.fire();
    }
    this.time = end;
  }

  /** The event loop hangs: what was due in between comes late, all at once. */
  stall(ms: number): void {
    this.time += ms;
    this.advance(0);
  }

  private next(end: number) {
    let first: [symbol, { at: number; callback: () => void }] | undefined;
    for (const entry of this.timers) if (!first || entry[1].at < first[1].at) first = entry;
    if (!first || first[1].at > end) return undefined;
    const [handle, { at, callback }] = first;
    return {
      at,
      fire: () => {
        this.timers.delete(handle);
        callback();
      },
    };
  }
}

export class RecordingConnection implements PeerConnection {
  readonly features = new Set<string>();
  readonly queuedBytes = 0;
  readonly closed: NodeDownReason[] = [];
  readonly sent: Uint8Array[] = [];

  constructor(readonly peer: PeerConnection['peer']) {}

  send(frame: Uint8Array): boolean {
    this.sent.push(Uint8Array.from(frame));
    return true;
  }

  close(reason: NodeDownReason): void {
    this.closed.push(reason);
  }
}

/** The members of a node `self` without a transport, with a load of 3, and what they tell. */
export function membersOf(heartbeat: Partial<HeartbeatOptions> = {}, loopDelay?: LoopDelay) {
  const clock = new SteppingClock();
  const node = new LocalNode({ id: 'self', incarnation: 1, clock });
  const members = new Members(clock, silentLogger, heartbeat, () => 3, loopDelay);
  const codec = new PayloadCodec();
  const limits = resolvePeerLimits({}, 2 ** 20);
  const events: string[] = [];
  members.nodeUp.add(({ id, incarnation }) => events.push(`up ${id} ${incarnation}`));
  members.nodeDown.add((id, reason) => events.push(`down ${id} ${reason}`));

  function connect(id: string, incarnation = 1): Peer {
    const connection = new RecordingConnection({ id, incarnation, address: `${id}:1` });
    const peer = new Peer(node, connection, new Serving(), codec, limits);
    members.join(peer);
    return peer;
  }

  return { clock, node, members, events, connect };
}

export const connectionOf = (peer: Peer) => peer.connection as RecordingConnection;

/** A heartbeat of the peer comes in. */
export function beat(peer: Peer, nowMs: number): void {
  peer.heard = true;
  peer.liveness!.beat(nowMs, 0, undefined);
}
