import type { Clock, Logger, TimerHandle } from '@noex/contracts';
import { resolveSeed, type DnsLookups } from './seed-resolver.js';
import type { Seed } from './seed.js';

/** How often names are resolved while nobody is connected: a new pod must be found within a second. */
const ALONE_MS = 500;
const CONNECTED_MS = 5_000;

export interface SeedWatcherOptions {
  readonly seeds: readonly Seed[];
  readonly dns: DnsLookups;
  readonly clock: Clock;
  readonly logger: Logger;
  isAlone(): boolean;
  /** What the seed at this index stands for now. Also called with the same addresses as before. */
  found(index: number, addresses: readonly string[]): void;
}

/** Resolves seeds again and again, because the addresses behind a name come and go. */
export class SeedWatcher {
  private readonly timers = new Map<number, TimerHandle>();
  private stopped = false;

  constructor(private readonly options: SeedWatcherOptions) {}

  start(): void {
    this.options.seeds.forEach((_, index) => void this.resolve(index));
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) this.options.clock.clearTimeout(timer);
    this.timers.clear();
  }

  private async resolve(index: number): Promise<void> {
    const { seeds, dns, clock, logger } = this.options;
    const seed = seeds[index]!;
    try {
      const addresses = await resolveSeed(seed, dns);
      if (!this.stopped) this.options.found(index, addresses);
    } catch (error) {
      // A name that does not resolve yet is normal: the first pod asks before the Service has an endpoint.
      if (!this.stopped) {
        logger.debug(`seed does not resolve: ${(error as Error).message}`, {
          event: 'seed_unresolved',
          seed,
        });
      }
    }
    if (this.stopped || seed.kind === 'address') return;
    const delayMs = this.options.isAlone() ? ALONE_MS : CONNECTED_MS;
    this.timers.set(
      index,
      clock.setTimeout(() => void this.resolve(index), delayMs),
    );
  }
}
