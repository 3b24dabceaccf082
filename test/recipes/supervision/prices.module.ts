import { Injectable, Module } from '@nestjs/common';
import {
  RemoteCallService,
  RemoteSpawnService,
  SupervisionService,
  type ProcessRef,
  type SupervisedTree,
} from '@noex/nestjs';
import { PriceAlert } from './price-alert.behavior.js';
import { PriceBook, PriceStore, type Price } from './price-book.behavior.js';
import { Exchange, PriceFeed } from './price-feed.behavior.js';

/** In AppModule: `NoexModule.forRoot({ supervise: [PRICES, ALERTS] })`. */
export const PRICES: SupervisedTree = {
  id: 'prices',
  strategy: 'rest_for_one',
  maxRestarts: 3,
  withinMs: 60_000,
  children: [
    { behavior: PriceBook, name: 'price-book' },
    { behavior: PriceFeed, args: 1000 },
  ],
};

export const ALERTS: SupervisedTree = {
  id: 'alerts',
  name: 'alerts',
  strategy: 'dynamic',
  template: { behavior: PriceAlert, restart: 'transient' },
};

@Injectable()
export class Prices {
  constructor(
    private readonly spawner: RemoteSpawnService,
    private readonly remote: RemoteCallService,
    private readonly supervision: SupervisionService,
  ) {}

  /** Looks the book up each time: after a restart the name means another process. */
  async of(symbol: string): Promise<number | undefined> {
    const book = this.spawner.whereis<PriceBook>('price-book');
    return book && this.remote.call(book, 'get', symbol);
  }

  alert(id: string, wanted: Price): Promise<ProcessRef> {
    return this.supervision.get('alerts')!.startChild({ id, args: wanted });
  }
}

@Module({ providers: [PriceBook, PriceStore, PriceFeed, Exchange, PriceAlert, Prices], exports: [Prices] })
export class PricesModule {}
