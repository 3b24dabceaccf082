// noex as an app uses it: a behavior class in a Nest app, reached through the injected services.
import { ClusterService, RemoteCallService, RemoteSpawnService, type ProcessRef } from '@noex/nestjs';
import type { INestApplicationContext } from '@nestjs/common';
import { castLoop } from '../harness/cast-loop.js';
import { closedLoop } from '../harness/closed-loop.js';
import { payloadOf } from '../harness/payload.js';
import type { Cell, Sample } from '../harness/result.js';
import { untilUp } from '../harness/until-up.js';
import { startNode, type NodeFeatures } from './nest-app.js';
import { BoundEchoBehavior, VisitorBehavior, type Item } from './nest-behaviors.js';

export interface NoexNestOptions extends NodeFeatures {
  /** What `measure` does. Default: calls. */
  readonly does?: 'call' | 'cast' | 'spawn' | 'fan-out' | 'spread';
  /** Which handler is called. */
  readonly handler?: 'echo' | 'checked' | 'intercepted';
}

/** What a fan-out reaches. */
const FAN_OUT = 10;

export async function listen(
  options: NoexNestOptions,
  nodeName = 'server',
  seeds: string[] = [],
): Promise<string> {
  const app = await startNode(nodeName, options, seeds);
  if (seeds.length > 0) await untilUp(() => app.get(ClusterService).getConnectedNodeCount() > 0);
  return app.get(ClusterService).getLocalAddress();
}

/** A node that calls, and what it calls on all nodes but its own, in turn. */
interface Client {
  readonly app: INestApplicationContext;
  readonly options: NoexNestOptions;
  readonly echoes: ProcessRef<BoundEchoBehavior>[];
}

/** By names of the parent's: several in one process differ in nothing but their options. */
const clients = new Map<string, Client>();

/** Joins those that listen. Without any it is a node alone, and what it calls is its own. */
export async function connect(
  addresses: string | string[],
  options: NoexNestOptions,
  name = '',
): Promise<void> {
  const nodes = [addresses].flat();
  // Over NATS nodes find each other by the server.
  const app = await startNode('client', options, options.nats === undefined ? nodes : []);
  const cluster = app.get(ClusterService);
  await untilUp(() => cluster.getConnectedNodeCount() === nodes.length);
  const spawner = app.get(RemoteSpawnService);
  const [self, ...others] = cluster.getNodes();
  const targets = others.length > 0 ? others : [self!];
  const echoes: ProcessRef<BoundEchoBehavior>[] = [];
  for (let i = 0; i < Math.max(FAN_OUT, targets.length); i++) {
    echoes.push(await spawner.spawn(BoundEchoBehavior, { on: targets[i % targets.length]!.id }));
  }
  clients.set(name, { app, options, echoes });
}

export const open = (wanted: NoexNestOptions): Promise<void> => connect([], wanted);

export function measure(cell: Cell, ms: number, name = ''): Promise<Sample> {
  const { app, options, echoes } = clients.get(name)!;
  const calls = app.get(RemoteCallService);
  const spawner = app.get(RemoteSpawnService);
  const echo = echoes[0]!;
  const { inFlight = 1, payloadBytes = 0 } = cell;
  const { does = 'call', handler = 'echo' } = options;
  const payload = payloadOf(payloadBytes);
  // Local operations are too short for a look at the clock each.
  const loop = { inFlight, ms, ...(echo.node === 'client' ? { timeEvery: 64 } : {}) };
  switch (does) {
    case 'call':
      return closedLoop(() => calls.call(echo, handler, payload as Item), loop);
    case 'cast':
      return castLoop(
        {
          cast: () => calls.cast(echo, 'note', payload),
          room: () => (echo.node === 'client' ? new Promise(setImmediate) : calls.drained(echo.node)),
          taken: () => calls.call(echo, 'noted'),
        },
        ms,
      );
    case 'spawn':
      return closedLoop(
        async () => spawner.stop(await spawner.spawn(VisitorBehavior, { on: echo.node })),
        loop,
      );
    case 'fan-out':
      return closedLoop(
        () => Promise.all(echoes.slice(0, FAN_OUT).map((each) => calls.call(each, 'echo', payload))),
        loop,
      );
    case 'spread': {
      let turn = 0;
      const next = () => echoes[++turn % cell.count!]!;
      return closedLoop(() => calls.call(next(), 'echo', payload), loop);
    }
  }
}
