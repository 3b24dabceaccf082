import { type Cluster } from '@noex/cluster';
import { WheelEntry } from '@noex/runtime';
import type { ProcessName } from './named-process.js';

/** How often a local name is looked at, in milliseconds, while somebody waits: its registry tells of no changes. */
const LOOK_MS = 20;

/** Tells those who wait that a name means another process, or nobody. Nothing is watched while nobody waits. */
export class NameNews {
  private readonly waiting = new Set<Waiter>();
  private unwatch: (() => void) | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly subject: ProcessName,
  ) {}

  /** Resolves at the next news, or when the node has stopped: true; after `limitMs`: false. Rejects with the reason of the signal. */
  next(limitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const waiter = new Waiter((settle) => {
        this.waiting.delete(waiter);
        this.cluster.node.wheel.remove(waiter);
        signal?.removeEventListener('abort', abort);
        if (this.waiting.size === 0) this.ignore();
        settle();
      }, resolve);
      const abort = () => waiter.end(() => reject(signal!.reason));
      signal?.addEventListener('abort', abort);
      this.waiting.add(waiter);
      this.cluster.node.wheel.add(waiter, limitMs);
      this.unwatch ??= this.watch();
    });
  }

  private readonly tell = (): void => {
    for (const waiter of [...this.waiting]) waiter.told();
  };

  private ignore(): void {
    this.unwatch?.();
    this.unwatch = undefined;
  }

  private watch(): () => void {
    const { cluster, subject, tell } = this;
    const unwatch =
      subject.scope === 'global' ? cluster.names.onChange(subject.name, tell) : this.watchLocal(subject.name);
    const forgetStatus = cluster.statusChange.add((status) => {
      if (status === 'stopped') tell();
    });
    return () => {
      unwatch();
      forgetStatus();
    };
  }

  private watchLocal(name: string): () => void {
    const { node } = this.cluster;
    const before = node.whereis(name);
    let timer: unknown;
    const look = () => {
      if (node.whereis(name) === before) timer = node.clock.setTimeout(look, LOOK_MS);
      else this.tell();
    };
    timer = node.clock.setTimeout(look, LOOK_MS);
    return () => node.clock.clearTimeout(timer);
  }
}

class Waiter extends WheelEntry {
  constructor(
    /** Leaves the wait, then settles. */
    readonly end: (settle: () => void) => void,
    private readonly resolve: (told: boolean) => void,
  ) {
    super();
  }

  told(): void {
    this.end(() => this.resolve(true));
  }

  override expire(): void {
    this.end(() => this.resolve(false));
  }
}
