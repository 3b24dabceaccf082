import type { Clock } from '@noex/contracts';
import type { Peer } from '../remote/peer.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { NameAnswer, NameRequest } from './name-wire.js';

/** `lost`: the connection ended first. */
export type Asked = NameAnswer | 'lost' | 'timeout';

/** The longest a timer of Node.js can run. */
export const MAX_TIMER_MS = 0x7fff_ffff;

interface Waiting {
  readonly peer: Peer;
  settle(asked: Asked): void;
}

/** Questions to peers about names that wait for their answers. */
export class NameRequests {
  private readonly waiting = new Map<number, Waiting>();
  private lastNumber = 0;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.waiting.size;
  }

  /** The number of the next question. */
  nextNumber(): number {
    do this.lastNumber = (this.lastNumber + 1) >>> 0;
    while (this.waiting.has(this.lastNumber));
    return this.lastNumber;
  }

  ask(peer: Peer, request: NameRequest, timeoutMs: number, number = this.nextNumber()): Promise<Asked> {
    if (!peer.up) return Promise.resolve('lost');
    return new Promise((resolve) => {
      const settle = (asked: Asked) => {
        this.clock.clearTimeout(timer);
        this.waiting.delete(number);
        resolve(asked);
      };
      const timer = this.clock.setTimeout(() => settle('timeout'), Math.min(timeoutMs, MAX_TIMER_MS));
      this.waiting.set(number, { peer, settle });
      peer.control((writer) => writer.numberedControl(FrameKind.NameRequest, number, request));
    });
  }

  /** An answer that nobody waits for any more is ignored. */
  answered(peer: Peer, number: number, answer: NameAnswer): void {
    const waiting = this.waiting.get(number);
    if (waiting?.peer === peer) waiting.settle(answer);
  }

  /** The peer with this id is gone. */
  lost(nodeId: string): void {
    for (const { peer, settle } of [...this.waiting.values()]) {
      if (peer.identity.id === nodeId) settle('lost');
    }
  }

  close(): void {
    for (const { settle } of [...this.waiting.values()]) settle('lost');
  }
}
