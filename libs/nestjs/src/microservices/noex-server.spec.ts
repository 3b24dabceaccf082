import { Logger } from '@nestjs/common';
import type { BaseRpcContext } from '@nestjs/microservices';
import { lastValueFrom, Observable, of, toArray } from 'rxjs';
import { Cluster } from '@noex/cluster';
import { currentActivity } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { Propagation } from '../context/propagation.js';
import { NoexClient } from './noex-client.js';
import { NoexServer, type NoexServerOptions } from './noex-server.js';

const clusters: Cluster[] = [];
let network: MemoryNetwork;

async function node(nodeName: string): Promise<Cluster> {
  const cluster = new Cluster({ nodeName, transport: network.transport() });
  clusters.push(cluster);
  await cluster.start();
  return cluster;
}

async function serve(
  cluster: Cluster,
  handlers: Record<string, (data: unknown, context: BaseRpcContext) => unknown>,
  options: Partial<NoexServerOptions> = {},
): Promise<NoexServer> {
  const server = new NoexServer(cluster, new Propagation([]), { group: 'test', ...options });
  for (const [pattern, handler] of Object.entries(handlers)) server.addHandler(pattern, handler as never);
  const failure = await new Promise((resolve) => void server.listen(resolve));
  if (failure) throw failure as Error;
  return server;
}

const ask = (client: NoexClient, pattern: string, data: unknown = {}) =>
  lastValueFrom(client.send<unknown>(pattern, data).pipe(toArray()));

function upWith(cluster: Cluster, group: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () =>
      cluster.groups.groups().flatMap((name) => cluster.groups.members(name)).length >= group && resolve();
    cluster.groups.onAnyChange(look);
    look();
  });
}

beforeAll(() => Logger.overrideLogger(false));
beforeEach(() => (network = new MemoryNetwork()));
afterEach(() => Promise.all(clusters.splice(0).map((cluster) => cluster.stop(0))));

it('refuses requests beyond its limit, which then run elsewhere, and only there', async () => {
  const [a, b, c] = [await node('a'), await node('b'), await node('c')];
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const ran: string[] = [];
  const work = (name: string) => async () => (ran.push(name), await gate, name);
  await serve(a, { work: work('a') }, { maxRequests: 1 });
  await serve(b, { work: work('b') });
  const client = new NoexClient(c);
  await upWith(c, 2);
  const answers = Array.from({ length: 5 }, () => ask(client, 'work'));
  while (ran.length < 5) await new Promise((resolve) => setImmediate(resolve));
  open();
  expect((await Promise.all(answers)).flat().sort()).toEqual(['a', 'b', 'b', 'b', 'b']);
  expect(ran.sort()).toEqual(['a', 'b', 'b', 'b', 'b']);
});

it('says that all are at work when nobody takes a request', async () => {
  const a = await node('a');
  await serve(a, { work: (data) => (data === 'now' ? 'done' : new Promise(() => {})) }, { maxRequests: 1 });
  const client = new NoexClient(a);
  const first = client.send('work', {}).subscribe();
  await new Promise((resolve) => setImmediate(resolve));
  await expect(ask(client, 'work', 'now')).rejects.toMatchObject({
    remoteCode: 'overloaded',
    outcome: 'not-run',
  });
  first.unsubscribe();
  await new Promise((resolve) => setImmediate(resolve));
  // The place of what nobody waits for is free.
  expect(await ask(client, 'work', 'now')).toEqual(['done']);
});

it('never tries again what may have run', async () => {
  const [a, b, c] = [await node('a'), await node('b'), await node('c')];
  const ran: string[] = [];
  const work = (cluster: Cluster) => () => {
    ran.push(cluster.self.id);
    network.kill(cluster.self.id);
    return new Promise(() => {});
  };
  await serve(a, { work: work(a) });
  await serve(b, { work: work(b) });
  const client = new NoexClient(c);
  await upWith(c, 2);
  await expect(ask(client, 'work')).rejects.toMatchObject({ code: 'node_down', outcome: 'unknown' });
  expect(ran).toHaveLength(1);
});

it("runs Nest's hooks around each request, once, however it ends", async () => {
  const a = await node('a');
  const log: string[] = [];
  const server = await serve(a, {
    ok: () => of('x'),
    fail: () => Promise.reject(new Error('past all filters')),
    silent: () => new Observable(() => void log.push('subscribed')),
  });
  server.setOnProcessingStartHook((_, __, done) => (log.push('start'), void done()));
  server.setOnProcessingEndHook(() => log.push('end'));
  const client = new NoexClient(a);
  expect(await ask(client, 'ok')).toEqual(['x']);
  await expect(ask(client, 'fail')).rejects.toEqual({ status: 'error', message: 'Internal server error' });
  const silent = client.send('silent', {}).subscribe();
  while (!log.includes('subscribed')) await new Promise((resolve) => setImmediate(resolve));
  silent.unsubscribe();
  while (log.filter((entry) => entry === 'end').length < 3)
    await new Promise((resolve) => setImmediate(resolve));
  expect(log).toEqual(['start', 'end', 'start', 'end', 'start', 'subscribed', 'end']);
});

it('runs handlers on behalf of no process, so that they may ask their own node again', async () => {
  const a = await node('a');
  const client = new NoexClient(a);
  await serve(a, {
    outer: async () => [currentActivity()?.process.behaviorName, await ask(client, 'inner')],
    inner: () => 'in',
  });
  expect(await ask(client, 'outer')).toEqual([[undefined, ['in']]]);
});

it('sends what serializers make, and reads what deserializers make of it', async () => {
  const a = await node('a');
  const json = {
    serializer: { serialize: (value: unknown) => JSON.stringify(value) },
    deserializer: { deserialize: (text: string) => JSON.parse(text) as never },
  };
  await serve(a, { echo: (data) => of(data, { at: new Date(0) }) }, json);
  expect(await ask(new NoexClient(a, json), 'echo', { n: 1 })).toEqual([
    { n: 1 },
    { at: new Date(0).toJSON() },
  ]);
});

it('tells its state, is its node underneath, and listens again', async () => {
  const a = await node('a');
  const server = await serve(a, { work: () => 'done' });
  const states: string[] = [];
  server.status.subscribe((state) => states.push(state));
  expect(server.unwrap()).toBe(a);
  server.close();
  await expect(ask(new NoexClient(a), 'work')).rejects.toMatchObject({ code: 'no_message_handler' });
  await server.listen(() => {});
  expect(await ask(new NoexClient(a), 'work')).toEqual(['done']);
  await a.stop(100);
  expect(states).toEqual(['connected', 'disconnected', 'connected', 'disconnected']);
  const failure = await new Promise((resolve) => void server.listen(resolve));
  expect(failure).toMatchObject({ code: 'draining' });
});

it('refuses options that make no sense', async () => {
  const a = await node('a');
  expect(() => new NoexServer(a, new Propagation([]), { group: 'a b' })).toThrow(TypeError);
  expect(() => new NoexClient(a, { window: 0 })).toThrow('"window"');
  expect(() => new NoexClient(a).on('other' as 'nodeUp', () => {})).toThrow('"nodeUp" and "nodeDown"');
});
