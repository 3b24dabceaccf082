import type { ProcessRef } from '@noex/contracts';
import type { WritePacket } from '@nestjs/microservices';
import { CreditWindow } from './credit-window.js';

/** What a request does to the server that works on it. */
export interface RequestSource {
  credit(server: ProcessRef, credits: number): void;
  cancel(server: ProcessRef): void;
}

/** The receiver's side of one response: hands its values on in order, and its end once all of them have come. */
export class ClientRequest {
  /** Whom it was sent to last. */
  server: ProcessRef | undefined;
  private received = 0;
  private end: { readonly sent: number; readonly packet: WritePacket } | undefined;
  private done = false;
  private readonly window: CreditWindow;

  constructor(
    private readonly told: (packet: WritePacket) => void,
    private readonly source: RequestSource,
    /** Its end has come, or nobody waits for it any more. Called once. */
    private readonly closed: () => void,
    window: number,
  ) {
    this.window = new CreditWindow(window);
  }

  get isDone(): boolean {
    return this.done;
  }

  value(packet: WritePacket): void {
    this.received++;
    if (this.done) return;
    this.told(packet);
    this.finishWhenComplete();
  }

  /** The reply: `sent` values go before it, some of which may still be on their way through this node. */
  ended(sent: number, packet: WritePacket): void {
    this.end = { sent, packet };
    this.finishWhenComplete();
  }

  failed(err: unknown): void {
    if (this.finish()) this.told({ err });
  }

  /** A value is no longer in anybody's way: there is room for another. */
  consumed(): void {
    const credits = this.window.consumed();
    if (credits > 0 && this.server && !this.done && !this.end) this.source.credit(this.server, credits);
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    if (this.finish() && this.server && !this.end) this.source.cancel(this.server);
  }

  private finishWhenComplete(): void {
    const { end } = this;
    if (end && this.received >= end.sent && this.finish()) this.told({ ...end.packet, isDisposed: true });
  }

  private finish(): boolean {
    if (this.done) return false;
    this.done = true;
    this.closed();
    return true;
  }
}
