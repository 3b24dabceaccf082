import type { Sample } from './result.js';

/** Casts between two looks for room; far below what a mailbox holds. */
const BATCH = 1_000;

export interface CastTarget {
  /** False: not sent. */
  cast(): boolean;
  /** Resolves when more may be sent. */
  room(): Promise<unknown>;
  /** How many casts its process has handled so far; answered after all that was sent before. */
  taken(): Promise<number>;
}

/** Sends what the way to a process takes for `ms`, and counts what arrived there. */
export async function castLoop({ cast, room, taken }: CastTarget, ms: number): Promise<Sample> {
  const before = await taken();
  const begun = performance.now();
  while (performance.now() - begun < ms) {
    for (let i = 0; i < BATCH && cast(); i++);
    await room();
  }
  const ops = (await taken()) - before;
  return { ops, opsPerSec: (ops / (performance.now() - begun)) * 1e3 };
}
