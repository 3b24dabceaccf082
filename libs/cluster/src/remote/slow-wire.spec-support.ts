import type {
  Clock,
  NodeDownReason,
  PeerConnection,
  PeerIdentity,
  Transport,
  TransportHost,
} from '@noex/contracts';

export interface SlowWireOptions {
  readonly clock: Clock;
  readonly bytesPerSecond: number;
  readonly maxFrameBytes?: number;
  /** What a sender's side takes before it says no. */
  readonly maxQueuedBytes?: number;
  /** Sees every frame when it arrives. */
  readonly onFrame?: (to: string, frame: Uint8Array) => void;
}

/** One end of a wire on which a frame takes as long as its bytes need. */
class End implements PeerConnection {
  readonly features: ReadonlySet<string> = new Set();
  twin!: End;
  queuedBytes = 0;
  private readonly queue: Uint8Array[] = [];
  private refused = false;
  private isOpen = true;

  constructor(
    readonly peer: PeerIdentity,
    readonly host: TransportHost,
    private readonly options: SlowWireOptions,
  ) {}

  send(frame: Uint8Array): boolean {
    const { maxQueuedBytes = 2 ** 20 } = this.options;
    if (!this.isOpen) return false;
    if (this.queuedBytes > 0 && this.queuedBytes + frame.length > maxQueuedBytes) {
      this.refused = true;
      return false;
    }
    this.queue.push(Uint8Array.from(frame));
    this.queuedBytes += frame.length;
    if (this.queue.length === 1) this.deliverFirst();
    return true;
  }

  close(reason: NodeDownReason): void {
    for (const [end, why] of [
      [this, reason],
      [this.twin, 'connection_closed'],
    ] as const) {
      if (!end.isOpen) continue;
      end.isOpen = false;
      end.host.peerDown(end, why);
    }
  }

  private deliverFirst(): void {
    const { clock, bytesPerSecond, maxQueuedBytes = 2 ** 20, onFrame } = this.options;
    const frame = this.queue[0]!;
    clock.setTimeout(
      () => {
        if (!this.isOpen) return;
        this.queue.shift();
        this.queuedBytes -= frame.length;
        onFrame?.(this.peer.id, frame);
        this.twin.host.frame(this.twin, frame);
        if (this.queue.length > 0) this.deliverFirst();
        if (this.refused && this.queuedBytes <= maxQueuedBytes / 2) {
          this.refused = false;
          this.host.writable(this);
        }
      },
      (frame.length / bytesPerSecond) * 1000,
    );
  }
}

/** Two transports with such a wire between them. `cut` ends it. */
export function slowWire(options: SlowWireOptions) {
  const hosts: TransportHost[] = [];
  let end: End | undefined;
  const transport = (): Transport => ({
    maxFrameBytes: options.maxFrameBytes ?? 2 ** 20,
    learn: () => {},
    close: async () => {},
    start: async (host) => {
      const address = `wire:${hosts.push(host)}`;
      if (hosts.length === 2) queueMicrotask(connect);
      return address;
    },
  });
  function connect(): void {
    const [a, b] = hosts as [TransportHost, TransportHost];
    const identity = ({ self }: TransportHost) => ({ ...self, address: `wire:${self.id}` });
    end = new End(identity(b), a, options);
    end.twin = new End(identity(a), b, options);
    [end.twin.twin] = [end];
    a.peerUp(end);
    b.peerUp(end.twin);
  }
  return { transport, cut: () => end!.close('connection_closed') };
}
