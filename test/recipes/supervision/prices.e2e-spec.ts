import {
  ClusterService,
  RemoteCallService,
  RemoteSpawnService,
  SupervisionService,
  type ProcessRef,
} from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import type { PriceBook } from './price-book.behavior.js';
import { Exchange } from './price-feed.behavior.js';
import { ALERTS, Prices, PRICES, PricesModule } from './prices.module.js';

/** An exchange that does what the test says. */
class Market {
  prices = [{ symbol: 'NOEX', price: 42 }];
  broken = false;

  latest(): Promise<{ symbol: string; price: number }[]> {
    return this.broken ? Promise.reject(new Error('the exchange is closed')) : Promise.resolve(this.prices);
  }
}

describe('the tree of the page on supervision', () => {
  let cluster: TestCluster;
  let market: Market;

  beforeEach(async () => {
    market = new Market();
    cluster = await createTestCluster({
      nodes: 1,
      imports: [PricesModule],
      options: { supervise: [PRICES, ALERTS], canary: false },
      override: (app) => app.overrideProvider(Exchange).useValue(market),
    });
  });
  afterEach(() => cluster.close());

  const bookNow = () => cluster.get('n1', RemoteSpawnService).whereis<PriceBook>('price-book')!;
  const price = () => cluster.get('n1', Prices).of('NOEX');
  const supervision = () => cluster.get('n1', SupervisionService);

  /** The children of `prices`, book first. */
  async function children(): Promise<(ProcessRef | undefined)[]> {
    const [prices] = await supervision().getRoot()!.whichChildren();
    return (await supervision().get(prices!.ref!).whichChildren()).map(({ ref }) => ref);
  }

  it('restarts the feed alone when the feed fails', async () => {
    await cluster.advance(1000);
    expect(await price()).toBe(42);
    const [book, feed] = await children();
    market.broken = true;
    await cluster.advance(1100);
    market.broken = false;
    const [bookThen, feedThen] = await children();
    expect(bookThen!.equals(book!)).toBe(true);
    expect(feedThen!.equals(feed!)).toBe(false);
    market.prices = [{ symbol: 'NOEX', price: 43 }];
    await cluster.advance(1100);
    expect(await price()).toBe(43);
  });

  it('restarts both when the book fails, and the book begins with what it saved', async () => {
    await cluster.advance(1000);
    const [book, feed] = await children();
    market.prices = [{ symbol: 'NOEX', price: -1 }];
    await cluster.advance(1100);
    market.prices = [];
    const [bookThen, feedThen] = await children();
    expect(bookThen!.equals(book!)).toBe(false);
    expect(feedThen!.equals(feed!)).toBe(false);
    expect(bookNow().equals(bookThen!)).toBe(true);
    expect(await price()).toBe(42);
    const toTheFormer = cluster
      .get('n1', RemoteCallService)
      .call(book as ProcessRef<PriceBook>, 'get', 'NOEX');
    await expect(toTheFormer).rejects.toMatchObject({ code: 'noproc' });
  });

  it('gives up after four failures in a minute: its supervisor starts all of it anew, once', async () => {
    const [before] = await supervision().getRoot()!.whichChildren();
    market.broken = true;
    await cluster.advance(3_900);
    expect((await supervision().getRoot()!.whichChildren())[0]!.ref!.equals(before!.ref!)).toBe(true);
    await cluster.advance(500);
    expect((await supervision().getRoot()!.whichChildren())[0]!.ref!.equals(before!.ref!)).toBe(false);
    market.broken = false;
    await cluster.advance(2000);
    expect(await price()).toBe(42);
    expect(cluster.get('n1', ClusterService).isReady()).toBe(true);
  });

  it('has alerts that end when they are done, and that are restarted when they fail', async () => {
    const alerts = supervision().get('alerts')!;
    const first = await cluster.get('n1', Prices).alert('eva', { symbol: 'NOEX', price: 50 });
    const remote = cluster.get('n1', RemoteCallService);
    remote.cast(bookNow(), 'set', { symbol: 'NOEX', price: -1 });
    cluster.get('n1', RemoteSpawnService).stop(first, new Error('a bug') as never);
    await cluster.advance(1100);
    const [again] = await alerts.whichChildren();
    expect(again).toMatchObject({ id: 'eva', status: 'running' });
    expect(again!.ref!.equals(first)).toBe(false);

    market.prices = [{ symbol: 'NOEX', price: 51 }];
    await cluster.advance(3000);
    const said = cluster.log.filter(({ message }) => message.startsWith('NOEX costs'));
    expect(said.map(({ message }) => message)).toEqual(['NOEX costs 51']);
    expect(await alerts.whichChildren()).toEqual([]);
  });
});
