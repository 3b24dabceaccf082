import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import {
  ClusterService,
  GlobalRegistryService,
  HandleCall,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  type NoexModuleOptions,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { memoryArbiter } from '@noex/testing';
import { MemoryNetwork } from '@noex/transport-memory';

@NoexBehavior('ledger')
class Ledger {
  private atStart: number | undefined;

  init(_: void, ctx: ProcessContext): void {
    this.atStart = ctx.epoch;
  }

  @HandleCall() epochs(
    _: void,
    ctx: ProcessContext,
  ): { atStart: number | undefined; now: number | undefined } {
    return { atStart: this.atStart, now: ctx.epoch };
  }
}

/** Turns of the event loop until it holds. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const limit = performance.now() + 4_000;
  while (!(await holds())) {
    if (performance.now() > limit) throw new Error(`waited in vain until ${what}`);
    await new Promise(setImmediate);
  }
}

let apps: INestApplication[];
beforeEach(() => void (apps = []));
afterEach(() => Promise.all(apps.map((app) => app.close())));

async function start(options: NoexModuleOptions): Promise<INestApplication> {
  const noex = NoexModule.forRoot(options);
  const testing = await Test.createTestingModule({ imports: [noex], providers: [Ledger] })
    .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
    .compile();
  const app = await testing.createNestApplication().init();
  apps.push(app);
  return app;
}

const epochs = (app: INestApplication, ref: ProcessRef<Ledger>) =>
  app.get(RemoteCallService).call(ref, 'epochs');

describe('two Nest apps with an arbiter', () => {
  it('have one process of a name past a partition; it knows its epoch, and stops when it can no longer renew', async () => {
    const network = new MemoryNetwork({ reconnectMs: 5 });
    const arbiter = memoryArbiter({ leaseMs: 300 });
    const options = { transport: () => network.transport(), arbiter };
    const n1 = await start({ ...options, nodeName: 'n1' });
    const n2 = await start({ ...options, nodeName: 'n2' });
    await until('they see each other', () => n1.get(ClusterService).getConnectedNodeCount() === 1);

    const first = await n2.get(RemoteSpawnService).spawn(Ledger, { globalName: 'ledger', on: 'n1' });
    const { atStart, now } = await epochs(n2, first);
    expect(atStart).toBeGreaterThan(0);
    expect(now).toBe(atStart);

    network.partition(['n1'], ['n2']);
    await until('n2 is alone', () => n2.get(ClusterService).getConnectedNodeCount() === 0);
    const spawnThere = () => n2.get(RemoteSpawnService).spawn(Ledger, { globalName: 'ledger', on: 'local' });
    await expect(spawnThere()).rejects.toMatchObject({ code: 'name_taken', data: { node: 'n1' } });

    const ended = new Promise((resolve) => n1.get(RemoteMonitorService).monitor(first, resolve));
    arbiter.cut('n1');
    expect(await ended).toMatchObject({ reason: { shutdown: { nameLost: 'ledger' } } });
    expect(n1.get(GlobalRegistryService).whereis('ledger')).toBeUndefined();
    let second: ProcessRef<Ledger> | undefined;
    await until('the lease is over', async () => {
      second = await spawnThere().catch(() => undefined);
      return second !== undefined;
    });
    expect((await epochs(n2, second!)).now).toBeGreaterThan(atStart!);
    network.heal();
  });

  it('of which each has another one are no peers, and not ready', async () => {
    const options = () => ({ port: 0, host: '127.0.0.1', arbiter: memoryArbiter() });
    const first = await start({ ...options(), nodeName: 'n1' });
    const address = first.get(ClusterService).getNodes()[0]!.address;
    const second = await start({ ...options(), nodeName: 'n2', seeds: [address] });
    let text = '';
    await until('it says why it is not ready', async () => {
      ({ text } = await request(second.getHttpServer()).get('/ready'));
      return text.includes('CLUSTER_ARBITER');
    });
    expect(text).toContain('has unique names decided by memory');
    expect(second.get(ClusterService).getConnectedNodeCount()).toBe(0);
  });
});
