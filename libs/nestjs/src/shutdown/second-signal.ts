import { constants } from 'node:os';

/** The OS process, as far as signals go. */
export type SignalTarget = Pick<NodeJS.Process, 'on' | 'removeListener' | 'exit'>;

/** A signal that is repeated faster than a person can is one and the same: terminals and npm both pass Ctrl-C on. */
const REPEAT_MS = 250;

/** Hears of a signal while the app already ends by one: whoever sent it wants the end now. */
export class SecondSignal {
  private readonly signals = ['SIGTERM', 'SIGINT'] as const;
  private heardMs = -Infinity;

  constructor(
    private readonly target: SignalTarget,
    private readonly now: () => number,
    /** Resolves when the end is there; the OS process then ends with the signal's exit code. */
    private readonly end: (signal: NodeJS.Signals) => Promise<unknown>,
  ) {}

  /** The first signal has come. */
  listen(): void {
    this.heardMs = this.now();
    for (const signal of this.signals) this.target.on(signal, this.heard);
  }

  stop(): void {
    for (const signal of this.signals) this.target.removeListener(signal, this.heard);
  }

  private readonly heard = (signal: NodeJS.Signals): void => {
    if (this.now() - this.heardMs < REPEAT_MS) return;
    this.stop();
    const exit = () => this.target.exit(128 + constants.signals[signal]);
    void this.end(signal).then(exit, exit);
  };
}
