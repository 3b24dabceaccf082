import { defineBehavior, plainDriver, startSupervisor, Supervisor } from '@noex/runtime';
import { MemoryNetwork } from '@noex/transport-memory';
import { Cluster } from '../cluster.js';

const behavior = (name: string) => plainDriver(defineBehavior({ name, init: () => null }));

describe('a supervisor that a peer asks to start a child', () => {
  let clusters: Cluster[] = [];
  afterEach(() => Promise.all(clusters.map((cluster) => cluster.stop(100))));

  async function setup() {
    const network = new MemoryNetwork();
    clusters = ['n1', 'n2'].map((nodeName) => new Cluster({ nodeName, transport: network.transport() }));
    const [one, two] = clusters as [Cluster, Cluster];
    one.addBehavior(behavior('open'));
    one.addBehavior(behavior('closed'), false);
    const up = new Promise((resolve) => two.members.nodeUp.add(resolve));
    await Promise.all(clusters.map((cluster) => cluster.start()));
    await up;
    const own = await startSupervisor(one.node, { strategy: 'dynamic' });
    const byTemplate = await startSupervisor(one.node, {
      strategy: 'dynamic',
      template: { behavior: 'closed' },
    });
    return { two, own, byTemplate };
  }

  it('starts what the peer could spawn itself, and what its template names', async () => {
    const { two, own, byTemplate } = await setup();
    await expect(new Supervisor(two, own.ref).startChild({ behavior: 'open' })).resolves.toMatchObject({
      node: 'n1',
    });
    await expect(new Supervisor(two, byTemplate.ref).startChild({})).resolves.toMatchObject({ node: 'n1' });
  });

  it('refuses any other behavior, which its own node may start', async () => {
    const { two, own } = await setup();
    await expect(new Supervisor(two, own.ref).startChild({ behavior: 'closed' })).rejects.toThrow(
      /does not let peers start "closed"/,
    );
    await expect(own.countChildren()).resolves.toMatchObject({ active: 0 });
    await expect(own.startChild({ behavior: 'closed' })).resolves.toMatchObject({ node: 'n1' });
  });
});
