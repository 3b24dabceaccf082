import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import {
  ClusterService,
  GlobalRegistryService,
  HandleCall,
  HandleCast,
  HandleInfo,
  NoexBehavior,
  NoexModule,
  NoQuorumError,
  ProcessGroupsService,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  type NameConflict,
  type NoexModuleOptions,
  type ProcessRef,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

@NoexBehavior('scheduler')
class Scheduler {
  private readonly lost: unknown[] = [];
  private refreshed = 0;

  @HandleCall() look(): { lost: unknown[]; refreshed: number } {
    return { lost: this.lost, refreshed: this.refreshed };
  }

  @HandleCast() refresh(): void {
    this.refreshed++;
  }

  @HandleInfo('name_lost') nameLost(news: { name: string; kept: ProcessRef }): void {
    this.lost.push({ name: news.name, kept: news.kept.toString() });
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

describe('three Nest apps', () => {
  let network: MemoryNetwork;
  let apps: INestApplication[];

  async function start(quorum?: NoexModuleOptions['quorum']): Promise<void> {
    network = new MemoryNetwork({ reconnectMs: 5 });
    apps = [];
    for (const nodeName of ['n1', 'n2', 'n3']) {
      const noex = NoexModule.forRoot({
        nodeName,
        transport: () => network.transport(),
        ...(quorum === undefined ? {} : { quorum }),
      });
      const testing = await Test.createTestingModule({ imports: [noex], providers: [Scheduler] })
        .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
        .compile();
      apps.push(await testing.createNestApplication().init());
    }
    await see(2, 2, 2);
  }

  afterEach(async () => {
    network.heal();
    await Promise.all(apps.map((app) => app.close()));
  });

  const cluster = (n: number) => apps[n - 1]!.get(ClusterService);
  const names = (n: number) => apps[n - 1]!.get(GlobalRegistryService);
  const spawner = (n: number) => apps[n - 1]!.get(RemoteSpawnService);
  const groups = (n: number) => apps[n - 1]!.get(ProcessGroupsService);
  const look = (ref: ProcessRef<Scheduler>) =>
    apps[ref.node === 'n3' ? 2 : 0]!.get(RemoteCallService).call(ref, 'look');
  const see = (...others: number[]) =>
    until('all see who they should', () =>
      others.every((count, index) => cluster(index + 1).getConnectedNodeCount() === count),
    );
  const agree = (name: string, ref: ProcessRef | undefined) =>
    until(`all agree on ${name}`, () =>
      [1, 2, 3].every((n) => names(n).whereis(name)?.toString() === ref?.toString()),
    );

  it('know one another’s names, also that of a process which one of them started on another', async () => {
    await start();
    const own = await spawner(1).spawn(Scheduler, { on: 'local' });
    await names(1).register('own', own);
    await agree('own', own);
    expect(names(2).getNames()).toEqual(['own']);
    expect(await apps[1]!.get(RemoteCallService).call(names(2).whereis<Scheduler>('own')!, 'look')).toEqual({
      lost: [],
      refreshed: 0,
    });

    const single = await spawner(1).spawn(Scheduler, { globalName: 'single', on: 'n3' });
    expect(names(1).whereis('single')).toEqual(single);
    await agree('single', single);
    await expect(spawner(2).spawn(Scheduler, { globalName: 'single' })).rejects.toMatchObject({
      code: 'name_taken',
      data: { holder: single.toString() },
    });
    const heard = new Promise((resolve) => names(2).onChange('single', resolve));
    spawner(1).stop(single);
    expect(await heard).toBeUndefined();
    expect(await names(3).unregister('own')).toBe(true);
    await agree('own', undefined);
  });

  it.each<['stop' | 'demote']>([['stop'], ['demote']])(
    'settle after a partition who keeps a name that both sides gave away; the loser is told: %s',
    async (onConflict) => {
      await start();
      network.partition(['n1', 'n2'], ['n3']);
      await see(1, 1, 0);
      const kept = await spawner(1).spawn(Scheduler, { on: 'local' });
      const lost = await spawner(3).spawn(Scheduler, { on: 'local' });
      const ended = jest.fn();
      apps[2]!.get(RemoteMonitorService).monitor(lost, ended);
      const conflicts: NameConflict[] = [];
      for (const n of [1, 2, 3]) names(n).onConflict((conflict) => conflicts.push(conflict));
      await names(1).register('leader', kept, { onConflict });
      // Makes the registration there the later one.
      await names(3).register('before', lost);
      await names(3).register('leader', lost, { onConflict });
      await until('n2 knows of its side', () => names(2).whereis('leader') !== undefined);
      expect([names(2).whereis('leader'), names(3).whereis('leader')]).toEqual([kept, lost]);

      network.heal();
      await agree('leader', kept);
      await until('both nodes have heard of it', () => conflicts.length >= 2);
      expect(conflicts).toEqual([1, 2].map(() => ({ name: 'leader', kept, lost })));
      if (onConflict === 'demote') {
        await until('the loser has heard of it', async () => (await look(lost)).lost.length > 0);
        expect(await look(lost)).toEqual({ lost: [{ name: 'leader', kept: kept.toString() }], refreshed: 0 });
        expect(ended).not.toHaveBeenCalled();
      } else {
        await until('the loser has ended', () => ended.mock.calls.length > 0);
        const reason = { shutdown: { nameConflict: 'leader', kept: kept.toString() } };
        expect(ended.mock.calls).toEqual([[{ ref: lost, reason }]]);
      }
      expect(await look(kept)).toEqual({ lost: [], refreshed: 0 });
    },
  );

  it('with a quorum refuse new names on the smaller side of a partition, which is not ready and says why', async () => {
    await start('majority');
    const ready = async (n: number) => {
      const { status, text } = await request(apps[n - 1]!.getHttpServer()).get('/ready');
      return [status, text] as const;
    };
    const held = await spawner(3).spawn(Scheduler, { globalName: 'held', on: 'local' });
    await agree('held', held);
    const changes: boolean[] = [];
    cluster(3).onQuorumChange((has) => changes.push(has));
    network.partition(['n1', 'n2'], ['n3']);
    await see(1, 1, 0);

    const refused = await spawner(3)
      .spawn(Scheduler, { globalName: 'single', on: 'local' })
      .catch((e: unknown) => e);
    expect(refused).toBeInstanceOf(NoQuorumError);
    expect(refused).toMatchObject({ code: 'no_quorum', outcome: 'not-run' });
    const free = await spawner(3).spawn(Scheduler, { on: 'local' });
    await expect(names(3).register('leader', free)).rejects.toMatchObject({ code: 'no_quorum' });
    expect(names(3).whereis('held')).toEqual(held);
    expect(await spawner(1).spawn(Scheduler, { globalName: 'single', on: 'local' })).toMatchObject({
      node: 'n1',
    });
    expect(cluster(3).getQuorum()).toEqual({ has: false, seen: 1, needed: 2, lost: ['n1', 'n2'] });
    const [status, text] = await ready(3);
    expect([status, (await ready(1))[0]]).toEqual([503, 200]);
    expect(text).toContain(
      'no quorum: the node sees 1 of the 2 nodes it needs, itself included; lost: n1, n2',
    );

    network.heal();
    await see(2, 2, 2);
    await until('the smaller side is ready again', () => cluster(3).isReady());
    expect((await ready(3))[0]).toBe(200);
    expect(changes).toEqual([false, true]);
    await names(3).register('leader', free);
  });

  it('share their groups, and a broadcast reaches the members of all', async () => {
    await start();
    const refs: ProcessRef<Scheduler>[] = [];
    for (const n of [1, 3]) {
      const ref = await spawner(n).spawn(Scheduler, { on: 'local' });
      expect(groups(n).join('workers', ref)).toBe(true);
      refs.push(ref);
    }
    await until('all know both', () => [1, 2, 3].every((n) => groups(n).members('workers').length === 2));
    expect(groups(3).localMembers('workers')).toEqual([refs[1]]);
    expect(groups(2).getGroups()).toEqual(['workers']);
    expect(groups(2).broadcast('workers', 'refresh')).toBe(2);
    await until('both heard', async () =>
      (await Promise.all(refs.map(look))).every(({ refreshed }) => refreshed === 1),
    );
    const left = new Promise((resolve) => groups(2).onChange('workers', resolve));
    spawner(1).stop(refs[0]!);
    expect(await left).toEqual({ kind: 'left', group: 'workers', refs: [refs[0]] });
  });
});
