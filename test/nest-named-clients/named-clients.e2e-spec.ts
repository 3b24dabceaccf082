import { Controller, Get, Injectable, Module, Param, type OnApplicationBootstrap } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import {
  defineContract,
  getClientToken,
  GlobalRegistryService,
  HandleCall,
  InjectClient,
  NoexBehavior,
  NoexError,
  NoexModule,
  RemoteSpawnService,
  type ProcessClient,
  type ProcessContext,
} from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';

// --- what all apps know ---

interface LedgerApi {
  book(id: number): Promise<string>;
  /** Answers after a turn of the event loop. */
  slowly(id: number): Promise<string>;
}

const LedgerContract = defineContract<LedgerApi>('ledger');

// --- what only the workers know ---

/** Who handled what, on all nodes. */
let handled: { id: number; node: string }[];

@NoexBehavior(LedgerContract)
class Ledger {
  @HandleCall() async book(id: number, ctx?: ProcessContext): Promise<string> {
    handled.push({ id, node: ctx!.node });
    return ctx!.node;
  }

  @HandleCall() async slowly(id: number, ctx?: ProcessContext): Promise<string> {
    await new Promise(setImmediate);
    return this.book(id, ctx);
  }
}

/** Has one ledger run on some worker, whichever nodes come and go. */
@Injectable()
class LedgerKeeper implements OnApplicationBootstrap {
  constructor(
    private readonly names: GlobalRegistryService,
    private readonly spawner: RemoteSpawnService,
  ) {}

  onApplicationBootstrap(): void {
    this.names.onChange('ledger', (process) => void (process ?? this.claim()));
    void this.claim();
  }

  private async claim(): Promise<void> {
    try {
      await this.spawner.spawn(Ledger, { globalName: 'ledger', on: 'local' });
    } catch (error) {
      // Another worker has been faster, or this one is leaving.
      if (!(error instanceof NoexError && ['name_taken', 'draining'].includes(error.code))) throw error;
    }
  }
}

@NoexBehavior('till', { autoStart: { name: 'till' } })
class Till {
  private sum = 0;

  @HandleCall() add(amount: number): number {
    this.sum += amount;
    return this.sum;
  }
}

// --- the gateway ---

@Controller()
class Gateway {
  constructor(
    @InjectClient(LedgerContract) readonly ledger: ProcessClient<LedgerApi>,
    @InjectClient(LedgerContract, 'nobody') readonly nobody: ProcessClient<LedgerApi>,
    @InjectClient(Till) readonly till: ProcessClient<Till>,
  ) {}

  @Get('book/:id') async book(@Param('id') id: string): Promise<{ node: string }> {
    return { node: await this.ledger.book(Number(id)) };
  }
}

const clients = NoexModule.forFeature({
  clients: [
    { behavior: LedgerContract },
    { behavior: LedgerContract, name: 'nobody', timeoutMs: 200 },
    { behavior: Till, scope: 'local' },
  ],
});

describe('a client of a named process, injected', () => {
  let cluster: TestCluster;
  let gateway: Gateway;
  beforeEach(async () => {
    handled = [];
    cluster = await createTestCluster({
      nodes: ['w1', 'w2', 'gateway'],
      imports: (id) => (id === 'gateway' ? [clients] : []),
      providers: (id) => (id === 'gateway' ? [Till] : [Ledger, LedgerKeeper]),
      controllers: (id) => (id === 'gateway' ? [Gateway] : []),
      http: true,
    });
    gateway = cluster.get('gateway', Gateway);
  });
  afterEach(() => cluster.close());

  const nodesOf = () => [...new Set(handled.map(({ node }) => node))];

  /** Callers that go on until they are told to stop, each with one call after the other. */
  function callers(count: number, call: (id: number) => Promise<unknown>) {
    let stopped = false;
    let next = 0;
    const failures: NoexError[] = [];
    const loops = Array.from({ length: count }, async () => {
      while (!stopped) {
        await call(next++).catch((error: unknown) => failures.push(error as NoexError));
        await new Promise(setImmediate);
      }
    });
    const stop = async () => {
      stopped = true;
      await Promise.all(loops);
      return { failures, calls: next };
    };
    return { stop };
  }
  const turns = async (count: number) => {
    for (let n = 0; n < count; n++) await new Promise(setImmediate);
  };

  it('answers an HTTP request, without the code of the behavior', async () => {
    const { body } = await request(cluster.node('gateway').server).get('/book/7').expect(200);
    expect(body).toEqual({ node: 'w1' });
    expect(handled).toEqual([{ id: 7, node: 'w1' }]);
  });

  it('goes on without a failure when the process moves to another node because its own leaves', async () => {
    const load = callers(8, (id) => gateway.ledger.slowly(id));
    await turns(20);
    await cluster.leave('w1');
    await turns(50);
    const { failures, calls } = await load.stop();
    expect(failures).toEqual([]);
    expect(nodesOf()).toEqual(['w1', 'w2']);
    // Each call once, none twice.
    expect(handled.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
      Array.from({ length: calls }, (_, id) => id),
    );
  });

  it('goes on when the node of the process crashes; only calls that may have run fail, and none runs twice', async () => {
    const load = callers(8, (id) => gateway.ledger.slowly(id));
    await turns(20);
    await cluster.kill('w1');
    await turns(50);
    const { failures, calls } = await load.stop();
    expect(new Set(failures.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    expect(failures.length).toBeLessThanOrEqual(8);
    expect(nodesOf()).toEqual(['w1', 'w2']);
    const ids = handled.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(calls - failures.length);
  });

  it('says which name nobody has, and where it has looked, once its time is over', async () => {
    const answer = gateway.nobody.book(1).catch((error: unknown) => error);
    await cluster.advance(210);
    expect(await answer).toMatchObject({
      code: 'noproc',
      outcome: 'not-run',
      message: expect.stringContaining('nobody had the global name "nobody"'),
      data: { name: 'nobody', scope: 'global', nodes: expect.arrayContaining(['w1', 'w2']), timeoutMs: 200 },
    });
  });

  it('of a name of its own node goes on when a supervisor starts the process anew', async () => {
    expect(await gateway.till.add(2)).toBe(2);
    const spawner = cluster.get('gateway', RemoteSpawnService);
    const { node } = cluster.node('gateway').cluster;
    const first = node.whereis('till')!;
    spawner.stop(first, 'kill');
    const answer = gateway.till.add(3);
    await cluster.advance(100);
    expect(await answer).toBe(3);
    expect(node.whereis('till')).not.toEqual(first);
  });
});

describe('the provider of a client', () => {
  it('can be replaced in a test by its token', async () => {
    const fake = { book: async () => 'fake' };
    @Module({ imports: [clients], controllers: [Gateway] })
    class GatewayModule {}
    const module = await Test.createTestingModule({
      imports: [NoexModule.forRoot({ port: 0, health: false, metrics: false }), GatewayModule],
      providers: [Till],
    })
      .overrideProvider(getClientToken(LedgerContract))
      .useValue(fake)
      .compile();
    expect(await module.get(Gateway).book('1')).toEqual({ node: 'fake' });
  });

  it('that is not registered is named by the error of Nest', async () => {
    @Injectable()
    class Forgetful {
      constructor(@InjectClient(Till, 'main-till') readonly till: ProcessClient<Till>) {}
    }
    const compiled = Test.createTestingModule({
      imports: [NoexModule.forRoot({ port: 0, health: false, metrics: false })],
      providers: [Till, Forgetful],
    }).compile();
    await expect(compiled).rejects.toThrow('noex client of process "main-till"');
  });
});
