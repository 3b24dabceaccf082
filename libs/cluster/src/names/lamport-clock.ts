/** Largest epoch that is taken from a peer. */
export const MAX_EPOCH = 2 ** 52;
/** No peer pushes this node's clock beyond this, so that there is always room to count on. */
const MAX_PUSH = 2 ** 51;

/** Counts what happens to names, so that what knew of something else is later than it (Lamport 1978). */
export class LamportClock {
  private time = 0;

  get now(): number {
    return this.time;
  }

  /** A time later than all that were heard of. */
  tick(): number {
    return ++this.time;
  }

  heard(time: number): void {
    this.time = Math.max(this.time, Math.min(time, MAX_PUSH));
  }
}
