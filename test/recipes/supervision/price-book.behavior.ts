import { Injectable } from '@nestjs/common';
import { HandleCall, HandleCast, NoexBehavior } from '@noex/nestjs';

export interface Price {
  readonly symbol: string;
  readonly price: number;
}

/** Where prices stay when a process ends; here a map, in an app a database. */
@Injectable()
export class PriceStore {
  private readonly rows = new Map<string, number>();

  load(): Promise<[symbol: string, price: number][]> {
    return Promise.resolve([...this.rows]);
  }

  save({ symbol, price }: Price): void {
    this.rows.set(symbol, price);
  }
}

@NoexBehavior('price-book')
export class PriceBook {
  private prices = new Map<string, number>();

  constructor(private readonly store: PriceStore) {}

  /** Runs at every start, restarts included: state that has to outlive the process is read here. */
  async init(): Promise<void> {
    this.prices = new Map(await this.store.load());
  }

  @HandleCast() set({ symbol, price }: Price): void {
    if (!(price > 0)) throw new RangeError(`${symbol} costs ${price}`);
    this.prices.set(symbol, price);
    this.store.save({ symbol, price });
  }

  @HandleCall() get(symbol: string): number | undefined {
    return this.prices.get(symbol);
  }
}
