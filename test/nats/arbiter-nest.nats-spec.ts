import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  ClusterService,
  GlobalRegistryService,
  HandleCall,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessContext,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';
import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';
import { until } from './support/nodes.js';

@NoexBehavior('ledger')
class Ledger {
  @HandleCall() epoch(_: void, ctx: ProcessContext): number | undefined {
    return ctx.epoch;
  }
}

it('two Nest apps have their names decided by a NATS server with one variable, whatever carries their frames', async () => {
  const server = await NatsServer.start();
  const network = new MemoryNetwork({ reconnectMs: 5 });
  const before = { ...process.env };
  const apps: INestApplication[] = [];
  try {
    Object.assign(process.env, { CLUSTER_ARBITER: 'nats', NATS_URL: server.url });
    for (const nodeName of ['n1', 'n2']) {
      const noex = NoexModule.forRoot({ nodeName, transport: () => network.transport() });
      const testing = await Test.createTestingModule({ imports: [noex], providers: [Ledger] }).compile();
      apps.push(await testing.createNestApplication({ logger: false }).init());
    }
    const [n1, n2] = apps as [INestApplication, INestApplication];
    const sees = (count: number) => n1.get(ClusterService).getConnectedNodeCount() === count;
    await until('they see each other', () => sees(1));
    const spawn = (app: INestApplication) =>
      app.get(RemoteSpawnService).spawn(Ledger, { globalName: 'ledger', on: 'local' });
    const epochOf = async (app: INestApplication, of: Awaited<ReturnType<typeof spawn>>) =>
      (await app.get(RemoteCallService).call(of, 'epoch'))!;

    const first = await spawn(n1);
    const epoch = await epochOf(n2, first);
    expect(epoch).toBeGreaterThan(0);
    network.partition(['n1'], ['n2']);
    await until('they are apart', () => sees(0));
    await expect(spawn(n2)).rejects.toMatchObject({ code: 'name_taken', data: { node: 'n1' } });
    await n1.get(GlobalRegistryService).unregister('ledger');
    let second: typeof first | undefined;
    while (!second) second = await spawn(n2).catch(() => undefined);
    expect(await epochOf(n2, second)).toBeGreaterThan(epoch);
    expect(await epochOf(n1, first)).toBeUndefined();
  } finally {
    process.env = before;
    network.heal();
    await Promise.all(apps.map((app) => app.close()));
    await server.close();
  }
});
