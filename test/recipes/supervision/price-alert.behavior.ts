import { Logger } from '@nestjs/common';
import { HandleInfo, NoexBehavior, RemoteSpawnService, type ProcessContext } from '@noex/nestjs';
import type { Price, PriceBook } from './price-book.behavior.js';

/** Waits until a price is reached, says so, and is done. */
@NoexBehavior('price-alert')
export class PriceAlert {
  private readonly logger = new Logger(PriceAlert.name);
  private wanted!: Price;

  constructor(private readonly spawner: RemoteSpawnService) {}

  init(wanted: Price, ctx: ProcessContext): void {
    this.wanted = wanted;
    ctx.sendEvery(1000, 'look');
  }

  @HandleInfo('look') async look(_: unknown, ctx: ProcessContext): Promise<void> {
    const book = this.spawner.whereis<PriceBook>('price-book');
    if (!book) throw new Error('there is no price book');
    const price = await ctx.call(book, 'get', this.wanted.symbol);
    if (price === undefined || price < this.wanted.price) return;
    this.logger.log(`${this.wanted.symbol} costs ${price}`);
    ctx.stop('normal');
  }
}
