import fc from 'fast-check';
import {
  HandleCall,
  NoexBehavior,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessRef,
} from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';

@NoexBehavior('echo')
class Echo {
  @HandleCall() echo(payload: number): number {
    return payload;
  }
}

const NODES = ['n1', 'n2', 'n3'];

type Fault =
  | {
      readonly do: 'partition';
      readonly side: readonly string[];
      readonly mode: 'cut' | 'blackhole' | 'one-way';
    }
  | { readonly do: 'heal' }
  | { readonly do: 'pause' | 'resume' | 'kill' | 'restart' | 'leave'; readonly node: string }
  | { readonly do: 'advance'; readonly ms: number };

const node = fc.constantFrom(...NODES);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    do: fc.constant('partition' as const),
    side: fc.subarray(NODES, { minLength: 1, maxLength: 2 }),
    mode: fc.constantFrom('cut' as const, 'blackhole' as const, 'one-way' as const),
  }),
  fc.record({ do: fc.constant('heal' as const) }),
  fc.record({
    do: fc.constantFrom('pause', 'resume', 'kill', 'restart', 'leave'),
    node,
  }) as fc.Arbitrary<Fault>,
  fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(0, 50, 1_500, 6_000) }),
);

/** What a test knows of a cluster from what it did to it. */
class Model {
  readonly living = new Set(NODES);
  readonly paused = new Set<string>();
  private apart = new Set<string>();

  connected(a: string, b: string): boolean {
    return !this.paused.has(a) && !this.paused.has(b) && !this.apart.has(`${a} ${b}`);
  }

  separate(side: readonly string[]): void {
    for (const a of side) {
      for (const b of NODES) if (!side.includes(b)) this.apart.add(`${a} ${b}`).add(`${b} ${a}`);
    }
  }

  heal(): void {
    this.apart = new Set();
  }

  end(id: string): void {
    this.living.delete(id);
    this.paused.delete(id);
  }
}

async function perform(cluster: TestCluster, model: Model, next: Fault): Promise<void> {
  switch (next.do) {
    case 'partition':
      model.separate(next.side);
      return cluster.partition(
        next.side,
        NODES.filter((id) => !next.side.includes(id)),
        { mode: next.mode },
      );
    case 'heal':
      model.heal();
      return cluster.heal();
    case 'advance':
      return cluster.advance(next.ms);
    case 'restart':
      model.end(next.node);
      model.living.add(next.node);
      await cluster.restart(next.node);
      return;
    default:
      if (!model.living.has(next.node)) return;
      if (next.do === 'pause') model.paused.add(next.node);
      else if (next.do === 'resume') model.paused.delete(next.node);
      else model.end(next.node);
      return cluster[next.do](next.node);
  }
}

it('after any faults, a settled cluster has each node see and call exactly those it can reach', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 8 }), async (faults) => {
      const cluster = await createTestCluster({ nodes: NODES, providers: [Echo] });
      const model = new Model();
      try {
        for (const next of faults) await perform(cluster, model, next);
        await cluster.settled();

        const refs = new Map<string, ProcessRef<Echo>>();
        for (const { id } of cluster.nodes) {
          refs.set(id, await cluster.get(id, RemoteSpawnService).spawn(Echo, { on: 'local' }));
        }
        expect([...refs.keys()].sort()).toEqual([...model.living].sort());
        for (const from of model.living) {
          for (const [to, ref] of refs) {
            if (from === to) continue;
            const call = cluster.get(from, RemoteCallService).call(ref, 'echo', 7);
            if (model.connected(from, to)) expect(await call).toBe(7);
            else await expect(call).rejects.toMatchObject({ code: 'node_unreachable' });
          }
        }
      } finally {
        await cluster.close();
      }
    }),
    { numRuns: 25 },
  );
});
