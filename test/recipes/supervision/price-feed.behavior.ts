import { Injectable } from '@nestjs/common';
import {
  HandleInfo,
  NoexBehavior,
  RemoteSpawnService,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import type { Price, PriceBook } from './price-book.behavior.js';

/** What the prices come from; here one that is always the same. */
@Injectable()
export class Exchange {
  latest(): Promise<Price[]> {
    return Promise.resolve([{ symbol: 'NOEX', price: 42 }]);
  }
}

@NoexBehavior('price-feed')
export class PriceFeed {
  private book!: ProcessRef<PriceBook>;

  constructor(
    private readonly exchange: Exchange,
    private readonly spawner: RemoteSpawnService,
  ) {}

  init(everyMs: number, ctx: ProcessContext): void {
    // It is there: the supervisor started it before this one, and starts this one again whenever it is another.
    this.book = this.spawner.whereis<PriceBook>('price-book')!;
    ctx.sendEvery(everyMs, 'poll');
  }

  /** What the exchange throws ends this process. Nobody has to catch it here. */
  @HandleInfo('poll') async poll(_: unknown, ctx: ProcessContext): Promise<void> {
    for (const price of await this.exchange.latest()) ctx.cast(this.book, 'set', price);
  }
}
