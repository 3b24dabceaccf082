import type { Clock, Logger, TimerHandle } from '@noex/contracts';
import { resolveSeed, type DnsLookups } from './seed-resolver.js';
import { formatSeed, type Seed } from './seed.js';

/** How often names are resolved while somebody is missing: a new pod must be found within a second. */
const WANTING_MS = 500;
/** And otherwise: the records may come to name more. */
const WHOLE_MS = 5_000;
/** A name that does not resolve for so long is told of. */
const UNRESOLVED_MS = 5_000;

export interface SeedWatcherOptions {
  readonly seeds: readonly Seed[];
  readonly dns: DnsLookups;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether everybody is connected whom the seed at this index stands for. */
  isWhole(index: number): boolean;
  /** What the seed at this index stands for now. Also called with the same addresses as before. */
  found(index: number, addresses: readonly string[]): void;
  /** A name has stood for nothing for a while; called after each further failure. */
  unresolved(seed: string, error: Error): void;
}

interface Watch {
  resolvedAt: number;
  failingSince: number | undefined;
}

/** Resolves seeds again and again, because the addresses behind a name come and go. */
export class SeedWatcher {
  private readonly timers = new Map<number, TimerHandle>();
  private stopped = false;

  constructor(private readonly options: SeedWatcherOptions) {}

  start(): void {
    this.options.seeds.forEach((seed, index) => {
      void this.resolve(seed, index, { resolvedAt: 0, failingSince: undefined });
    });
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) this.options.clock.clearTimeout(timer);
    this.timers.clear();
  }

  private async resolve(seed: Seed, index: number, watch: Watch): Promise<void> {
    const { dns, clock, found } = this.options;
    try {
      const addresses = await resolveSeed(seed, dns);
      if (this.stopped) return;
      found(index, addresses);
      if (addresses.length === 0) this.failed(seed, watch, new Error('the answer is empty'));
      else watch.failingSince = undefined;
    } catch (error) {
      if (this.stopped) return;
      // What it stood for before stays: a resolver that fails does not mean that the nodes are gone.
      this.failed(seed, watch, error as Error);
    }
    watch.resolvedAt = clock.now();
    // The socket resolves the host of a plain address at each dial.
    if (seed.kind !== 'address') this.wait(seed, index, watch);
  }

  /** A name that does not resolve yet is normal: the first pod asks before the Service has an endpoint. */
  private failed(seed: Seed, watch: Watch, error: Error): void {
    const { clock, logger, unresolved } = this.options;
    const now = clock.now();
    watch.failingSince ??= now;
    const text = formatSeed(seed);
    logger.debug(`seed ${text} does not resolve: ${error.message}`, { event: 'seed_unresolved', seed: text });
    if (now - watch.failingSince >= UNRESOLVED_MS) unresolved(text, error);
  }

  /** Looks often whether somebody is missing, so that a loss is answered soon also in the middle of a long wait. */
  private wait(seed: Seed, index: number, watch: Watch): void {
    const { clock, isWhole } = this.options;
    const timer = clock.setTimeout(() => {
      const isDue = clock.now() - watch.resolvedAt >= WHOLE_MS || !isWhole(index);
      if (isDue) void this.resolve(seed, index, watch);
      else this.wait(seed, index, watch);
    }, WANTING_MS);
    this.timers.set(index, timer);
  }
}
