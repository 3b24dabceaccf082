import { ConflictException } from '@nestjs/common';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import { HandleCall } from '../../behavior/handler.decorators.js';
import { NoexBehavior } from '../../behavior/noex-behavior.decorator.js';
import { RemoteSpawnService } from '../../services/remote-spawn.service.js';
import { ManagementServer } from '../management-server.js';
import type { NodeLoadAnswer } from './node-load.js';
import type { NodeStatusAnswer } from './node-status.js';
import type { ProcessesAnswer } from './process-list.js';

/** Those of the start; none that come and go while a test counts processes. */
const RARE = { intervalMs: 3_600_000 };
const TOKEN = 'operator-horse-battery';

@NoexBehavior('cart')
class Cart {
  private readonly items: string[] = [];
  @HandleCall() add(item: string): string[] {
    if (item === 'bomb') throw new ConflictException('not in this cart');
    this.items.push(item);
    return this.items;
  }
}

let cluster: TestCluster;
const start = async (nodes: number, management: object = { port: 0, token: TOKEN }) =>
  (cluster = await createTestCluster({
    nodes,
    clock: 'real',
    providers: [Cart],
    options: { management, canary: RARE },
  }));
afterEach(() => cluster.close());

async function ask(
  path: string,
  { node = 'n1', body, token = TOKEN }: { node?: string; body?: unknown; token?: string } = {},
) {
  const { host, port } = cluster.get(node, ManagementServer).address!;
  const response = await fetch(`http://${host}:${port}/noex/v1/${path}`, {
    headers: { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const ROUTES: [path: string, body?: object][] = [
  ['status'],
  ['processes'],
  ['top'],
  ['call', { target: 'x', message: 'y' }],
  ['drain', { node: 'n1' }],
];

describe('the management API', () => {
  it('is not there without a token, at none of its paths', async () => {
    await start(1, { port: 0 });
    for (const [path, body] of ROUTES) expect((await ask(path, { body })).status).toBe(404);
  });

  it('answers nothing at any of its paths without the token, and logs neither of the two', async () => {
    await start(1);
    for (const [path, body] of ROUTES) {
      const { status, body: answer } = await ask(path, { body, token: 'wrong-horse-battery' });
      expect(status).toBe(401);
      expect(answer).toEqual({ error: { code: 'unauthorized', message: expect.any(String) as string } });
    }
    const refused = cluster.log.filter(({ fields }) => fields.event === 'management_refused');
    expect(refused).toHaveLength(1);
    expect(JSON.stringify(cluster.log)).not.toContain('horse');
    expect((await ask('status')).body).toMatchObject({ node: { status: 'running' } });
  });

  it('shows the node, its health, its processes and its peers', async () => {
    await start(2);
    await cluster.get('n1', RemoteSpawnService).spawn(Cart, { on: 'local' });
    const { status, body } = await ask('status');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      node: { id: 'n1', clusterName: 'noex', status: 'running', draining: false, pid: process.pid },
      readiness: { state: 'up', reasons: [] },
      canary: { failed: 0, failing: {} },
      quorum: { has: true, seen: 2, needed: 0, lost: [] },
      processes: { count: 1, queued: 0, deepest: 0, restarts: 0, byBehavior: { cart: 1 } },
      joining: 0,
      peers: [{ id: 'n2', state: 'up', load: 0, callsPending: 0 }],
    } satisfies PartialDeep<NodeStatusAnswer>);
    const { node, peers } = body as unknown as NodeStatusAnswer;
    expect(node.uptimeMs).toBeGreaterThan(0);
    expect(peers[0]!.bytesReceived).toBeGreaterThan(0);
    expect(body['ledger']).toBeUndefined();
  });

  it('lists processes, by behavior and with all their names', async () => {
    await start(1);
    const spawner = cluster.get('n1', RemoteSpawnService);
    const ref = await spawner.spawn(Cart, { name: 'here', globalName: 'everywhere' });
    await spawner.spawn(Cart);
    const { body } = await ask('processes?behavior=cart&limit=1&sort=handled');
    const { total, processes } = body as unknown as ProcessesAnswer;
    expect([total, processes.length]).toEqual([2, 1]);
    const all = (await ask('processes?behavior=cart')).body as unknown as ProcessesAnswer;
    expect(all.processes.find(({ process }) => process === ref.toString())).toMatchObject({
      behavior: 'cart',
      names: ['here', 'everywhere'],
      status: 'idle',
    });
    expect((await ask('processes?behavior=door')).body).toEqual({ node: 'n1', total: 0, processes: [] });
    expect((await ask('processes?limit=none')).status).toBe(400);
  });

  it('counts what `top` makes rates of', async () => {
    await start(1);
    await cluster.get('n1', RemoteSpawnService).spawn(Cart, { name: 'c' });
    const look = async () => (await ask('top')).body as unknown as NodeLoadAnswer;
    const before = await look();
    for (let n = 0; n < 3; n++) await ask('call', { body: { target: 'c', message: 'add', payload: 'pear' } });
    const after = await look();
    expect(after.totals.localCalls - before.totals.localCalls).toBe(3);
    expect(after.atMs).toBeGreaterThan(before.atMs);
    const cart = ({ processes }: NodeLoadAnswer) => processes.find(({ behavior }) => behavior === 'cart')!;
    expect(cart(after).handled - cart(before).handled).toBe(3);
    expect(cart(after).busyMs).toBeGreaterThan(cart(before).busyMs);
    expect(after.left).toBe(0);
  });

  it('calls processes, here and elsewhere, and tells how a call failed', async () => {
    await start(2);
    const ref = await cluster.get('n1', RemoteSpawnService).spawn(Cart, { on: 'n2', globalName: 'cart' });
    const call = (message: string, payload?: unknown) =>
      ask('call', { body: { target: 'cart', message, payload } });
    expect(await call('add', 'pear')).toMatchObject({
      status: 200,
      body: { process: ref.toString(), reply: ['pear'] },
    });
    expect(await call('add', 'bomb')).toMatchObject({
      status: 502,
      body: { error: { name: 'ConflictException', code: 'remote_error', outcome: 'ran', status: 409 } },
    });
    expect(await call('fly')).toMatchObject({
      status: 502,
      body: { error: { code: 'invalid_message', outcome: 'not-run', status: 400 } },
    });
    expect((await ask('call', { body: { target: 'cart' } })).status).toBe(400);
  });

  it('lets a peer leave, and then the node itself, which goes on to answer', async () => {
    await start(2);
    expect(await ask('drain', { body: { node: 'n2', wait: true } })).toMatchObject({
      status: 200,
      body: { node: 'n2', state: 'left', ledger: { callsLost: 0 } },
    });
    expect((await ask('status', { node: 'n2' })).body).toMatchObject({
      node: { status: 'stopped', draining: true },
      readiness: { state: 'down' },
      ledger: { callsLost: 0 },
    });
    expect(await ask('drain', { body: { node: 'n1' } })).toMatchObject({
      status: 202,
      body: { state: 'leaving' },
    });
    expect(await ask('drain', { body: { node: 'n1', wait: true } })).toMatchObject({ status: 200 });
    expect((await ask('drain', { body: { node: 'n1', wait: 'yes' } })).status).toBe(400);
    const asked = cluster.log.filter(({ fields }) => fields.event === 'management_drain');
    expect(asked.map(({ node, fields }) => [node, fields['askedBy']])).toEqual([
      ['n2', 'n1'],
      ['n1', 'n1'],
      ['n1', 'n1'],
    ]);
  });
});

type PartialDeep<T> = T extends object ? { readonly [K in keyof T]?: PartialDeep<T[K]> } : T;
