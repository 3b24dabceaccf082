import { Module, type INestApplication, type Type } from '@nestjs/common';
import type { MicroserviceOptions, ReadPacket } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { lastValueFrom, toArray } from 'rxjs';
import { Cluster } from '@noex/cluster';
import { NodeDownError, NoexModule, RemoteError } from '@noex/nestjs';
import {
  NoexClientsModule,
  noexMicroservice,
  type NoexClient,
  type NoexServer,
} from '@noex/nestjs/microservices';
import { MemoryNetwork } from '@noex/transport-memory';
import { Bank, diary, gates, Shop, users } from './support/rpc-shop.js';

const NODES = ['alpha', 'beta', 'gamma'] as const;
type NodeName = (typeof NODES)[number];

describe('Nest microservices on three nodes', () => {
  const apps = new Map<NodeName, INestApplication>();
  const servers = new Map<NodeName, NoexServer>();
  let network: MemoryNetwork;

  async function start(nodeName: NodeName, group: string, controller: Type, window = 64): Promise<void> {
    @Module({
      imports: [
        NoexModule.forRoot({
          nodeName,
          strictMessages: true,
          transport: () => network.transport(),
          propagators: [users],
          shutdown: { drainMs: 1000 },
        }),
        NoexClientsModule.register([{ name: 'CLIENT', window }]),
      ],
      controllers: [controller],
    })
    class AppModule {}
    const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = testing.createNestApplication({ logger: false });
    const service = app.connectMicroservice<MicroserviceOptions>(
      noexMicroservice({ group, streamBuffer: 50 }) as never,
    );
    // Before the cluster has started, as a hybrid app does.
    await app.startAllMicroservices();
    await app.init();
    apps.set(nodeName, app);
    servers.set(nodeName, service.getTransportServer() as NoexServer);
  }

  const client = (node: NodeName) => apps.get(node)!.get<NoexClient>('CLIENT', { strict: false });
  const cluster = (node: NodeName) => apps.get(node)!.get(Cluster);
  const ask = (node: NodeName, pattern: unknown, data: unknown = {}) =>
    lastValueFrom(client(node).send<unknown>(pattern, data).pipe(toArray()));

  /** Resolves when the node knows of so many members of the pattern's groups. */
  function known(node: NodeName, pattern: string, members: number): Promise<void> {
    const { groups } = cluster(node);
    return new Promise((resolve) => {
      const look = () => {
        const of = groups.groups().filter((group) => group.endsWith(`:=${pattern}`));
        if (of.flatMap((group) => groups.members(group)).length !== members) return;
        forget();
        resolve();
      };
      const forget = groups.onAnyChange(look);
      look();
    });
  }

  beforeEach(async () => {
    diary.forget();
    gates.clear();
    network = new MemoryNetwork();
    await start('alpha', 'shop', Shop);
    await start('beta', 'shop', Shop);
    await start('gamma', 'bank', Bank, 8);
    await Promise.all(NODES.map((node) => known(node, 'sold', 3)));
    await Promise.all(NODES.map((node) => known(node, 'where', 2)));
  });

  afterEach(async () => {
    await Promise.all([...apps.values()].map((app) => app.close()));
    apps.clear();
  });

  it('take requests in turn, from whatever node they come', async () => {
    const answers = [];
    for (let n = 0; n < 10; n++) answers.push(...(await ask('gamma', 'where')));
    expect(answers.filter((node) => node === 'alpha')).toHaveLength(5);
    expect(answers.filter((node) => node === 'beta')).toHaveLength(5);
    expect(await ask('alpha', 'null')).toEqual(['of a strange name']);
  });

  it('work on many requests at once', async () => {
    const answers = ['one', 'two', 'three', 'four'].map((name) => ask('gamma', 'slow', name));
    await Promise.all([diary.heard('slow on alpha', 2), diary.heard('slow on beta', 2)]);
    for (const open of gates.values()) open();
    expect((await Promise.all(answers)).flat().sort()).toEqual(['alpha', 'alpha', 'beta', 'beta']);
  });

  it('hand each event to one node of each service group', async () => {
    for (let n = 0; n < 6; n++) client('beta').emit('sold', `item ${n}`);
    await Promise.all([diary.heard('shop sold item 5'), diary.heard('bank sold item 5')]);
    const expected = ['bank', 'shop'].flatMap((group) =>
      [0, 1, 2, 3, 4, 5].map((n) => `${group} sold item ${n}`),
    );
    expect([...diary.entries].sort()).toEqual(expected);
  });

  it('say that nobody handles a pattern, and count an event that nobody takes', async () => {
    await expect(ask('gamma', { cmd: 'unknown' })).rejects.toMatchObject({
      code: 'no_message_handler',
      outcome: 'not-run',
      message: expect.stringContaining('{"cmd":"unknown"}') as unknown,
    });
    await lastValueFrom(client('gamma').emit('unheard', {}), { defaultValue: undefined });
    expect(cluster('gamma').node.drops.get('no_event_handler')).toBe(1);
  });

  it('tell a handler who asked, with the headers of propagators and the metadata of the dispatch hook', async () => {
    client('gamma').setOnDispatchHook((packet: ReadPacket) => (packet.metadata = { tenant: 'acme' }));
    expect(await ask('gamma', 'context')).toEqual([
      { pattern: 'context', from: 'gamma', user: 'eva', metadata: { tenant: 'acme' } },
    ]);
  });

  it('name what cannot be sent of a response', async () => {
    await expect(ask('gamma', 'unsendable')).rejects.toMatchObject({
      remoteCode: 'serialization',
      message: expect.stringContaining('nested.why') as unknown,
    });
  });

  it('hold a handler back that yields more than its reader takes, and stop it where the reader leaves', async () => {
    const reader = client('gamma').stream<number>('rows', 1_000_000);
    const read: number[] = [];
    for (let n = 0; n < 20; n++) read.push((await reader.next()).value as number);
    // All that can go on does: what was not asked for is not made.
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(read).toEqual(Array.from({ length: 20 }, (_, n) => n));
    // Those read, a window of 8 ahead, and one that the generator had ready.
    expect(diary.entries.filter((entry) => entry === 'row made').length).toBeLessThanOrEqual(20 + 8 + 1);
    await reader.return();
    await Promise.race([diary.heard('rows stopped on alpha'), diary.heard('rows stopped on beta')]);
  });

  it('bring every value of a long stream once and in order, however small the window', async () => {
    const rows: number[] = [];
    for await (const row of client('gamma').stream<number>('rows', 1000)) rows.push(row);
    expect(rows).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expect(await ask('gamma', 'rows', 1000)).toEqual(rows);
  });

  it('fail a stream that cannot be held back once more of it waits than may', async () => {
    expect(await ask('gamma', 'flood', 50)).toHaveLength(50);
    const error = await ask('gamma', 'flood', 51).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ remoteCode: 'overloaded', outcome: 'ran' });
  });

  it.each(['ticks', 'silence'])(
    'stop the handler of "%s" when nobody waits for it any more',
    async (pattern) => {
      const subscription = client('gamma').send(pattern, {}).subscribe();
      const on = await Promise.race(
        (['alpha', 'beta'] as const).map((node) => diary.heard(`${pattern} on ${node}`).then(() => node)),
      );
      subscription.unsubscribe();
      await diary.heard(`${pattern} stopped on ${on}`);
    },
  );

  it('stop the handlers of a client whose node is lost', async () => {
    client('gamma')
      .send('silence', {})
      .subscribe({ error: () => {} });
    await Promise.race([diary.heard('silence on alpha'), diary.heard('silence on beta')]);
    network.kill('gamma');
    await Promise.race([diary.heard('silence stopped on alpha'), diary.heard('silence stopped on beta')]);
  });

  it('end a stream with NodeDownError, after what has come, when the node that sends it is lost', async () => {
    const values: unknown[] = [];
    const error = await new Promise((resolve) =>
      client('gamma')
        .send<number>('ticks', {})
        .subscribe({
          next: (value) => {
            if (values.push(value) < 2) return;
            network.kill(diary.entries.includes('ticks on alpha') ? 'alpha' : 'beta');
          },
          error: resolve,
        }),
    );
    expect(values).toEqual([0, 1]);
    expect(error).toBeInstanceOf(NodeDownError);
  });

  it('tell of nodes that come and go, and of the state of a client', async () => {
    const { members } = cluster('gamma');
    const states: string[] = [];
    const down = new Promise((resolve) => client('gamma').on('nodeDown', resolve));
    client('gamma').status.subscribe((status) => states.push(status));
    await client('gamma').connect();
    expect(client('gamma').unwrap()).toBe(cluster('gamma'));
    expect(states).toEqual(['connected']);
    network.kill('alpha');
    expect(await down).toBe('alpha');
    expect(members.size).toBe(1);
    client('gamma').close();
    expect(states).toEqual(['connected', 'disconnected']);
    expect(await ask('gamma', 'where')).toEqual(['beta']);
  });

  it('finish requests when they leave, and take no new ones', async () => {
    const first = ask('gamma', 'slow', 'first');
    const leaver = await Promise.race(
      (['alpha', 'beta'] as const).map((node) => diary.heard(`slow on ${node}`).then(() => node)),
    );
    const [stays] = (['alpha', 'beta'] as const).filter((node) => node !== leaver);
    const closing = apps.get(leaver)!.close();
    // At once, when some nodes have heard of it and others have not.
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('gamma', 'where')));
    expect(new Set(answers.flat())).toEqual(new Set([stays]));
    gates.get('first')!();
    expect(await first).toEqual([leaver]);
    await closing;
    apps.delete(leaver);
    expect(await ask('gamma', 'where')).toEqual([stays]);
  });

  it('refuse requests of a server that was closed before its clients heard of it, and others take them', async () => {
    servers.get('alpha')!.close();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('gamma', 'where')));
    expect(new Set(answers.flat())).toEqual(new Set(['beta']));
    await servers.get('alpha')!.listen(() => {});
    await known('gamma', 'where', 2);
    expect(new Set([...(await ask('gamma', 'where')), ...(await ask('gamma', 'where'))])).toEqual(
      new Set(['alpha', 'beta']),
    );
  });

  it('fail what waits for an answer when a client is closed', async () => {
    const answer = ask('gamma', 'slow', 'never').catch((error: Error) => error.message);
    await Promise.race([diary.heard('slow on alpha'), diary.heard('slow on beta')]);
    client('gamma').close();
    expect(await answer).toBe('Connection closed');
  });
});
