// One node without a network and without Nest: behaviors in the plain form.
import { ProcessRef } from '@noex/contracts';
import { defineBehavior, LocalNode, plainDriver, startSupervisor, stopSupervisor } from '@noex/runtime';
import { castLoop } from '../harness/cast-loop.js';
import { closedLoop } from '../harness/closed-loop.js';
import { heapPer } from '../harness/heap.js';
import { payloadOf } from '../harness/payload.js';
import { Starts } from '../harness/restart-loop.js';
import type { Cell, Sample } from '../harness/result.js';

export interface LocalOptions {
  readonly does:
    'call' | 'cast' | 'spawn' | 'restart' | 'burst' | 'process-heap' | 'call-heap' | 'population';
}

const Echo = defineBehavior({
  name: 'echo',
  init: () => 0,
  handleCall: {
    echo: (payload: object, count: number) => [payload, count] as const,
    noted: (_: void, count: number) => [count, count] as const,
    never: (_: void, count: number, context) => [context.deferReply(), count] as const,
  },
  handleCast: { note: (_: object, count: number) => count + 1 },
});
const echo = plainDriver(Echo);

/** Tells each of its starts. */
const phoenix = (starts: Starts) =>
  defineBehavior({
    name: 'phoenix',
    init: (place: number, context) => starts.started(place, context.self),
  });

let node: LocalNode;
let does: LocalOptions['does'];
let ref: ProcessRef;
const crowd: ProcessRef[] = [];

export async function open(options: LocalOptions): Promise<void> {
  ({ does } = options);
  // A burst is as large as it is; no call of the heap measurement shall end in the middle of it.
  node = new LocalNode({ id: 'local', mailboxLimit: 4_000_000, callTimeoutMs: 600_000 });
  node.addBehavior(echo);
  ref = await node.spawn(echo);
}

export async function measure(
  { inFlight = 1, payloadBytes = 0, count = 0 }: Cell,
  ms: number,
): Promise<Sample> {
  const payload = payloadOf(payloadBytes);
  const loop = { inFlight, ms, timeEvery: 64 };
  switch (does) {
    case 'call':
      return closedLoop(() => node.call(ref, 'echo', payload), loop);
    case 'cast':
      return castLoop(
        {
          cast: () => node.cast(ref, 'note', payload),
          room: () => new Promise(setImmediate),
          taken: () => node.call(ref, 'noted', undefined) as Promise<number>,
        },
        ms,
      );
    case 'spawn':
      return closedLoop(async () => node.exit(await node.spawn(echo), 'shutdown'), loop);
    case 'restart': {
      const starts = new Starts();
      const behavior = plainDriver(phoenix(starts));
      const children = Array.from({ length: inFlight }, (_, place) => ({
        id: `child-${place}`,
        args: place,
        behavior,
      }));
      const supervisor = await startSupervisor(node, { children, maxRestarts: Number.MAX_SAFE_INTEGER });
      const sample = await starts.loop((process) => node.exit(process, 'kill'), ms);
      await stopSupervisor(node, supervisor);
      return sample;
    }
    case 'burst': {
      const begun = performance.now();
      for (let i = 0; i < count; i++) node.cast(ref, 'note', payload);
      await node.call(ref, 'noted', undefined);
      return { value: performance.now() - begun };
    }
    case 'process-heap':
      return { value: await heapPer(count, async () => crowd.push(await node.spawn(echo))) };
    case 'call-heap': {
      const calls: Promise<unknown>[] = [];
      const value = await heapPer(count, () => calls.push(node.call(ref, 'never', undefined)));
      return { value };
    }
    case 'population': {
      while (crowd.length < count) crowd.push(await node.spawn(echo));
      let turn = 0;
      // A prime step: neighbours in time are no neighbours in memory.
      const next = () => crowd[(turn = (turn + 7_919) % count)]!;
      return closedLoop(() => node.call(next(), 'echo', payload), loop);
    }
  }
}
