// noex without Nest: a cluster of the same transport, called directly, and a behavior in the plain form.
import { Cluster } from '@noex/cluster';
import type { ProcessRef } from '@noex/contracts';
import { defineBehavior, plainDriver } from '@noex/runtime';
import { tcp } from '@noex/transport-tcp';
import { castLoop } from '../harness/cast-loop.js';
import { closedLoop } from '../harness/closed-loop.js';
import { MAX_QUEUED_BYTES, SECRET, type LinkOptions } from '../harness/links.js';
import { payloadOf } from '../harness/payload.js';
import type { Cell, Sample } from '../harness/result.js';
import { untilUp } from '../harness/until-up.js';

interface ClusterOptions extends LinkOptions {
  /** What `measure` does. Default: calls. */
  readonly does?: 'call' | 'cast' | 'spawn';
}

const Echo = defineBehavior({
  name: 'echo',
  init: () => 0,
  handleCall: {
    echo: (payload: object, count: number) => [payload, count] as const,
    noted: (_: void, count: number) => [count, count] as const,
  },
  handleCast: { note: (_: object, count: number) => count + 1 },
});

async function start(nodeName: string, { secret }: LinkOptions, seeds: string[]): Promise<Cluster> {
  const transport = tcp({ host: '127.0.0.1', port: 0, seeds, secrets: secret ? [SECRET] : [] });
  const cluster = new Cluster({ nodeName, transport, maxQueuedBytes: MAX_QUEUED_BYTES });
  cluster.addBehavior(plainDriver(Echo));
  await cluster.start();
  return cluster;
}

export async function listen(options: LinkOptions): Promise<string> {
  return (await start('server', options, [])).address;
}

let cluster: Cluster;
let echo: ProcessRef;
let does: ClusterOptions['does'];

export async function connect(address: string, options: ClusterOptions): Promise<void> {
  ({ does } = options);
  cluster = await start('client', options, [address]);
  await untilUp(() => cluster.members.size === 1);
  echo = await cluster.spawn('echo', { on: 'server' });
}

export function measure({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const payload = payloadOf(payloadBytes);
  switch (does) {
    case 'cast':
      return castLoop(
        {
          cast: () => cluster.cast(echo, 'note', payload),
          room: () => cluster.drained('server'),
          taken: () => cluster.call(echo, 'noted') as Promise<number>,
        },
        ms,
      );
    case 'spawn':
      return closedLoop(async () => cluster.exit(await cluster.spawn('echo', { on: 'server' }), 'shutdown'), {
        inFlight,
        ms,
      });
    default:
      return closedLoop(() => cluster.call(echo, 'echo', payload), { inFlight, ms });
  }
}
