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

let app: INestApplicationContext;
let calls: RemoteCallService;
let spawner: RemoteSpawnService;
let options: NoexNestOptions;
let echo: ProcessRef<BoundEchoBehavior>;
/** On all nodes but this one, in turn. */
let echoes: ProcessRef<BoundEchoBehavior>[];

/** Joins those that listen. Without any it is a node alone, and what it calls is its own. */
export async function connect(addresses: string | string[], wanted: NoexNestOptions): Promise<void> {
  const nodes = [addresses].flat();
  options = wanted;
  // Over NATS nodes find each other by the server.
  app = await startNode('client', options, options.nats === undefined ? nodes : []);
  const cluster = app.get(ClusterService);
  await untilUp(() => cluster.getConnectedNodeCount() === nodes.length);
  calls = app.get(RemoteCallService);
  spawner = app.get(RemoteSpawnService);
  const [self, ...others] = cluster.getNodes();
  const targets = others.length > 0 ? others : [self!];
  echoes = [];
  for (let i = 0; i < Math.max(FAN_OUT, targets.length); i++) {
    echoes.push(await spawner.spawn(BoundEchoBehavior, { on: targets[i % targets.length]!.id }));
  }
  echo = echoes[0]!;
}

export const open = (wanted: NoexNestOptions): Promise<void> => connect([], wanted);

export function measure(cell: Cell, ms: number): Promise<Sample> {
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
