import { RemoteCallService, RemoteMonitorService, RemoteSpawnService } from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import { CartBehavior, CartModule, Catalog } from './cart.js';

describe('a cart on another node', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await createTestCluster({
      nodes: 3,
      imports: [CartModule],
      override: (app) => app.overrideProvider(Catalog).useValue({ price: () => Promise.resolve(5) }),
    });
  });
  afterEach(() => cluster.close());

  const openedOn = (on: string) => cluster.get('n1', RemoteSpawnService).spawn(CartBehavior, { on });

  it('is out of reach during a partition, and what it was afterwards', async () => {
    const remote = cluster.get('n1', RemoteCallService);
    const cart = await openedOn('n2');
    await remote.call(cart, 'add', { sku: 'A1', quantity: 2 });

    await cluster.partition(['n1'], ['n2', 'n3']);
    await expect(remote.call(cart, 'total')).rejects.toMatchObject({
      code: 'node_unreachable',
      outcome: 'not-run',
    });
    expect(await cluster.get('n3', RemoteCallService).call(cart, 'total')).toBe(10);

    await cluster.heal();
    expect(await remote.call(cart, 'total')).toBe(10);
  });

  it('is lost with its node, which its watchers hear; a new life of the node does not know it', async () => {
    const cart = await openedOn('n2');
    const reasons: unknown[] = [];
    cluster.get('n1', RemoteMonitorService).monitor(cart, ({ reason }) => reasons.push(reason));
    await cluster.settled();

    await cluster.kill('n2');
    expect(reasons).toEqual(['noconnection']);
    await cluster.restart('n2');
    const call = cluster.get('n1', RemoteCallService).call(cart, 'total');
    await expect(call).rejects.toMatchObject({ code: 'noproc' });
  });

  it('expires while nobody can reach it', async () => {
    const cart = await openedOn('n2');
    await cluster.partition(['n1', 'n3'], ['n2']);
    await cluster.advance(60_000);
    await cluster.heal();
    const call = cluster.get('n1', RemoteCallService).call(cart, 'total');
    await expect(call).rejects.toMatchObject({ code: 'noproc' });
  });
});
