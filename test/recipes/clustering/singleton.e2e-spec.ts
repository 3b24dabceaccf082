import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { GlobalRegistryService, NoexModule, RemoteCallService } from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import { MemoryNetwork } from '@noex/transport-memory';
import { TicketOffice, TicketOfficeKeeper } from './singleton.js';

describe('the singleton of the page on clustering', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.close());

  async function start(options = {}): Promise<void> {
    cluster = await createTestCluster({
      nodes: 3,
      providers: [TicketOffice, TicketOfficeKeeper],
      options: { canary: false, ...options },
    });
    await cluster.settled();
  }

  /** Where each of the nodes sees the ticket office. */
  const offices = (ids: readonly string[]) =>
    ids.map((id) => cluster.get(id, GlobalRegistryService).whereis<TicketOffice>('ticket-office'));

  /** The one office that all of these nodes see. */
  function office(ids: readonly string[] = cluster.nodes.map(({ id }) => id)) {
    const [first, ...others] = offices(ids);
    expect(first).toBeDefined();
    expect(others.map((other) => other?.equals(first!))).toEqual(others.map(() => true));
    return first!;
  }

  it('is one, for all nodes', async () => {
    await start();
    const tickets = [];
    for (const { id } of cluster.nodes)
      tickets.push(await cluster.get(id, RemoteCallService).call(office(), 'next'));
    expect(tickets).toEqual([1, 2, 3]);
  });

  it.each(['kill', 'leave'] as const)(
    'is started anew, without its state, after a %s of its node',
    async (end) => {
      await start();
      const former = office();
      const rest = cluster.nodes.map(({ id }) => id).filter((id) => id !== former.node);
      await cluster.get(rest[0]!, RemoteCallService).call(former, 'next');
      await cluster[end](former.node);
      await cluster.settled();
      expect(office(rest).equals(former)).toBe(false);
      expect(await cluster.get(rest[0]!, RemoteCallService).call(office(rest), 'next')).toBe(1);
    },
  );

  it('is two during a partition, and one afterwards', async () => {
    await start();
    await cluster.partition(['n1'], ['n2', 'n3']);
    await cluster.settled();
    expect(office(['n2', 'n3']).equals(office(['n1']))).toBe(false);
    await cluster.heal();
    await cluster.settled();
    office();
  });

  it('with a quorum, is started on the side of the majority only', async () => {
    await start({ quorum: 2 });
    const former = office();
    const rest = cluster.nodes.map(({ id }) => id).filter((id) => id !== former.node);
    await cluster.partition([former.node], rest);
    await cluster.settled();
    const successor = office(rest);
    expect(successor.equals(former)).toBe(false);
    await cluster.heal();
    await cluster.settled();
    expect([former, successor].some((ref) => ref.equals(office()))).toBe(true);
  });
});

describe('its keeper', () => {
  it('may be in any module: the cluster has started before it', async () => {
    @Module({ providers: [TicketOffice, TicketOfficeKeeper] })
    class TicketModule {}
    const noex = NoexModule.forRoot({
      nodeName: 'n1',
      transport: () => new MemoryNetwork().transport(),
      canary: false,
      shutdown: { drainMs: 1000 },
    });
    const app = await Test.createTestingModule({ imports: [TicketModule, noex] }).compile();
    const names = app.get(GlobalRegistryService);
    const office = new Promise((started) => names.onChange('ticket-office', started));
    await app.init();
    await office;
    await app.close();
  });
});
