import { Controller, Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  ClusterService,
  DrainingError,
  HandleCall,
  NoexBehavior,
  NoexModule,
  ProcessNotFoundError,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  State,
  StateMachine,
  type BeforeDrain,
  type DrainResult,
  type OnDrain,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

/** Where each cart has gone. */
@Injectable()
class Forwarding {
  readonly moved: ProcessRef<Cart>[] = [];
}

@NoexBehavior('cart')
class Cart implements OnDrain {
  private items: string[] = [];
  constructor(
    private readonly spawner: RemoteSpawnService,
    private readonly forwarding: Forwarding,
  ) {}

  init(items: string[] | undefined): void {
    this.items = items ?? [];
  }

  @HandleCall() add(item: string): string[] {
    this.items.push(item);
    return this.items;
  }

  @HandleCall() view(): string[] {
    return this.items;
  }

  async onDrain(): Promise<DrainResult> {
    this.forwarding.moved.push(await this.spawner.spawn(Cart, { args: this.items }));
    return { handedOver: true };
  }
}

@NoexBehavior('broken')
class Broken implements OnDrain {
  onDrain(): never {
    throw new Error('the database is gone');
  }
}

@StateMachine({ initial: 'open' })
@NoexBehavior('door')
class Door implements OnDrain {
  static readonly drained: string[] = [];
  @State('open') @HandleCall() look(): string {
    return 'open';
  }
  onDrain(context: ProcessContext): void {
    Door.drained.push(context.self.toString());
  }
}

@NoexBehavior('stuck')
class Stuck {
  static holding = false;
  @HandleCall() hold(): Promise<never> {
    Stuck.holding = true;
    return new Promise(() => {});
  }
}

/** What happens while the app closes, in order. */
const journal: string[] = [];

@Injectable()
class Consumer implements BeforeDrain {
  constructor(
    private readonly cluster: ClusterService,
    private readonly spawner: RemoteSpawnService,
  ) {}
  async beforeDrain(): Promise<void> {
    const cart = await this.spawner.spawn(Cart, { on: 'local' });
    journal.push(
      `beforeDrain: ${this.cluster.getStatus()}, ready ${this.cluster.isReady()}, cart on ${cart.node}`,
    );
    this.spawner.stop(cart);
  }
}

@Controller()
class Broker implements BeforeDrain {
  beforeDrain(): never {
    journal.push('a controller too');
    throw new Error('it is down already');
  }
}

describe('a Nest app that shuts down', () => {
  let network: MemoryNetwork;
  let apps: INestApplication[];
  const events: { event?: string; [field: string]: unknown }[] = [];

  beforeEach(() => {
    network = new MemoryNetwork();
    apps = [];
    journal.length = 0;
    events.length = 0;
  });
  afterEach(() => Promise.all(apps.map((app) => app.close())));

  async function start(
    nodeName: string,
    providers: Type[] = [],
    controllers: Type[] = [],
  ): Promise<INestApplication> {
    @Module({
      imports: [
        NoexModule.forRoot({ nodeName, transport: () => network.transport(), shutdown: { drainMs: 5_000 } }),
      ],
      providers: [Cart, Broken, Door, Forwarding, ...providers],
      controllers,
    })
    class AppModule {}
    const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = testing.createNestApplication();
    const keep = (line: unknown) => void (typeof line === 'object' && events.push(line as never));
    app.useLogger({ log: keep, warn: keep, error: keep });
    apps.push(app);
    return app.init();
  }

  async function pair(providers: Type[] = [], controllers: Type[] = []) {
    const one = await start('one');
    const up = new Promise<void>((resolve) => one.get(ClusterService).onNodeUp(() => resolve()));
    const two = await start('two', providers, controllers);
    await up;
    return { one, two, spawner: one.get(RemoteSpawnService), calls: one.get(RemoteCallService) };
  }

  it('hands the state of its processes over to another node, which has all of it', async () => {
    const { two, spawner, calls } = await pair();
    const cart = await spawner.spawn(Cart, { on: 'two' });
    await calls.call(cart, 'add', 'tea');
    const ended = new Promise(
      (resolve) => spawner && apps[0]!.get(RemoteMonitorService).monitor(cart, resolve),
    );
    const ledger = await two.get(ClusterService).leave();
    expect(ledger).toMatchObject({
      processesStopped: 1,
      processesHandedOver: 1,
      processesKilled: 0,
      callsLost: 0,
    });
    expect(await ended).toMatchObject({ reason: 'shutdown' });
    const [successor] = two.get(Forwarding).moved;
    expect(successor!.node).toBe('one');
    await expect(calls.call(successor!, 'add', 'milk')).resolves.toEqual(['tea', 'milk']);
  });

  it('logs an onDrain that throws, and stops the process all the same', async () => {
    const { two, spawner } = await pair();
    await spawner.spawn(Broken, { on: 'two' });
    expect(await two.get(ClusterService).leave()).toMatchObject({
      processesStopped: 1,
      processesHandedOver: 0,
    });
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'drain_hook_failed', behavior: 'broken' }),
    );
  });

  it('asks state machines too, and no process that ends while the node stays', async () => {
    const { two, spawner } = await pair();
    const [gone, stays] = [
      await spawner.spawn(Door, { on: 'two' }),
      await spawner.spawn(Door, { on: 'two' }),
    ];
    const ended = new Promise((resolve) => apps[0]!.get(RemoteMonitorService).monitor(gone, resolve));
    spawner.stop(gone);
    await ended;
    await two.close();
    expect(Door.drained).toEqual([stays.toString()]);
  });

  it('runs beforeDrain of its providers and controllers while it still takes work; one that throws is logged', async () => {
    const { two } = await pair([Consumer], [Broker]);
    await two.close();
    expect(journal.sort()).toEqual(['a controller too', 'beforeDrain: stopping, ready false, cart on two']);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'before_drain_failed', provider: 'Broker' }),
    );
  });

  it('tells what became of its work: `leave` and the log line say the same, asked twice or by closing', async () => {
    const { two, spawner, calls } = await pair();
    const cart = await spawner.spawn(Cart, { on: 'two' });
    await calls.call(cart, 'view');
    const cluster = two.get(ClusterService);
    const ledger = await cluster.leave({ budgetMs: 1_000 });
    expect(await cluster.leave()).toBe(ledger);
    await two.close();
    const lines = events.filter(({ event }) => event === 'node_left');
    expect(lines).toEqual([expect.objectContaining({ ...ledger })]);
  });

  it('that has left the cluster goes on without it', async () => {
    const { two } = await pair();
    const cluster = two.get(ClusterService);
    await cluster.leave();
    expect([cluster.getStatus(), cluster.isReady(), cluster.getConnectedNodeCount()]).toEqual([
      'stopped',
      false,
      0,
    ]);
    await expect(two.get(RemoteSpawnService).spawn(Cart, { on: 'local' })).rejects.toBeInstanceOf(
      DrainingError,
    );
  });

  it('answers or refuses every call of a peer: none is left without a truthful end', async () => {
    const { two, spawner, calls } = await pair();
    const cart = await spawner.spawn(Cart, { on: 'two' });
    let added = 0;
    const outcomes = new Set<string>();
    const load = async () => {
      for (;;) {
        try {
          await calls.call(cart, 'add', 'x');
          added++;
        } catch (error) {
          outcomes.add((error as ProcessNotFoundError).outcome);
          if (!(error instanceof DrainingError)) return;
        }
        await new Promise(setImmediate);
      }
    };
    const loads = Array.from({ length: 10 }, load);
    await new Promise(setImmediate);
    await two.close();
    await Promise.all(loads);
    expect([...outcomes]).toEqual(['not-run']);
    const [successor] = two.get(Forwarding).moved;
    expect(await calls.call(successor!, 'view')).toHaveLength(added);
  });

  it('by a signal, ends at once by a second one: what hangs is killed, peers hear goodbye', async () => {
    const { one, two, spawner, calls } = await pair([Stuck]);
    const exit = jest.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const before = process.listenerCount('SIGTERM');
    const down = new Promise((resolve) => one.get(ClusterService).onNodeDown((...news) => resolve(news)));
    const stuck = await spawner.spawn(Stuck, { on: 'two' });
    const held = calls.call(stuck, 'hold').catch((error: unknown) => error);
    await turnsUntil(() => Stuck.holding);
    // What Nest does at the first signal.
    const hooks = two as unknown as { callBeforeShutdownHook(signal: string): Promise<void> };
    const closing = hooks.callBeforeShutdownHook('SIGTERM');
    await turnsUntil(() => process.listenerCount('SIGTERM') > before);
    const later = performance.now() + 1_000;
    const now = jest.spyOn(performance, 'now').mockImplementation(() => later);
    process.emit('SIGTERM', 'SIGTERM');
    now.mockRestore();
    await closing;
    expect(await down).toEqual(['two', 'graceful_shutdown']);
    expect(await held).toMatchObject({ code: 'process_exited', outcome: 'unknown' });
    await turnsUntil(() => exit.mock.calls.length > 0);
    expect(exit.mock.calls).toEqual([[143]]);
    expect(events).toContainEqual(expect.objectContaining({ event: 'leave_now', signal: 'SIGTERM' }));
    expect(process.listenerCount('SIGTERM')).toBe(before);
    exit.mockRestore();
  });
});

async function turnsUntil(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !holds(); turn++) await new Promise(setImmediate);
  expect(holds()).toBe(true);
}
