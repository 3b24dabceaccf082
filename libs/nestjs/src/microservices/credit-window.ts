/** The receiver's side of a stream's flow control: how much room its sender gets back as values are consumed. */
export class CreditWindow {
  private freed = 0;

  /** `size`: values that may be under way or wait to be consumed, 1 or more. */
  constructor(readonly size: number) {}

  /** A value was consumed. How many more the sender may send from now on: half a window at a time, so that few messages tell it. */
  consumed(): number {
    this.freed++;
    if (this.freed < Math.ceil(this.size / 2)) return 0;
    const { freed } = this;
    this.freed = 0;
    return freed;
  }
}
