/** Highest multiplier, that of the memberlist library. */
const MAX_MULTIPLIER = 8;

/**
 * How far this node can trust its own ears: the longer its event loop hung lately, the more silence it grants to others.
 * The local health multiplier of Lifeguard (Dadgar, Phillips, Currey 2018), fed with delays of the event loop.
 */
export class LocalHealth {
  private score = 0;

  /** `limitMs`: longest delay of the event loop that still counts as healthy. */
  constructor(private readonly limitMs: number) {}

  /** By how much to stretch the time until a peer is accused; 1 when healthy. */
  get multiplier(): number {
    return 1 + this.score;
  }

  /** The longest delay since the last look. Each limit it passes counts as one; a look without one makes good for one. */
  observe(delayMs: number): void {
    const passed = Math.ceil(delayMs / this.limitMs) - 1;
    this.score = passed > 0 ? Math.min(this.score + passed, MAX_MULTIPLIER - 1) : Math.max(0, this.score - 1);
  }
}
