/** How long to wait for missing messages before they are asked for again, in ms. */
const ASK_AGAIN_MS = 250;

export type Arrival =
  /** The next one. */
  | 'next'
  /** It came before. */
  | 'repeated'
  /** One before it is missing: it is to be asked for. */
  | 'ahead'
  /** The same, and that was asked lately. */
  | 'ahead-asked';

/** One direction of a session at its receiver: what is here, and how much more may come. */
export class ReceiveWindow {
  private number = 0;
  private bytes = 0;
  private toldBytes = 0;
  private askedAt = -Infinity;

  constructor(
    /** Bytes that the peer may send before it hears of this side again. */
    private readonly windowBytes: () => number,
  ) {}

  /** The number of the last message in order. */
  get received(): number {
    return this.number;
  }

  /** What the peer may send in all. */
  get credit(): number {
    return this.bytes + this.windowBytes();
  }

  /** So much came since the peer was told that it may soon have to wait for news. */
  get owesNews(): boolean {
    return this.bytes - this.toldBytes >= this.windowBytes() / 4;
  }

  /** Whether the peer has not been told of all that came. */
  get hasNews(): boolean {
    return this.bytes > this.toldBytes;
  }

  arrive(number: number, bytes: number, nowMs: number): Arrival {
    if (number <= this.number) return 'repeated';
    if (number > this.number + 1) return this.ask(nowMs) ? 'ahead' : 'ahead-asked';
    this.number = number;
    this.bytes += bytes;
    this.askedAt = -Infinity;
    return 'next';
  }

  /** Whether the missing messages are to be asked for now. */
  ask(nowMs: number): boolean {
    if (nowMs - this.askedAt < ASK_AGAIN_MS) return false;
    this.askedAt = nowMs;
    return true;
  }

  /** Something leaves that tells the peer. */
  told(): void {
    this.toldBytes = this.bytes;
  }
}
