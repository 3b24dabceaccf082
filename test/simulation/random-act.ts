import type { ExitReason } from '@noex/contracts';
import type { Act } from './errand.js';
import type { Random } from './random.js';
import type { World } from './world.js';

/** Acts within acts: a process tells a process to tell a process. */
const DEEPEST = 3;

/** What a process is told to do; `isCall`: the message is a call, which can be answered later. */
export function randomAct(world: World, isCall: boolean, depth = 0): Act {
  const { random } = world;
  const ref = world.anyRef();
  const kind = random.weighted([
    [8, 'nothing'],
    [2, 'wait'],
    [isCall ? 2 : 0.3, 'throw'],
    [0.4, 'stop'],
    [isCall ? 1 : 0, 'defer'],
    ...(ref && depth < DEEPEST ? NESTED : []),
  ] as const);
  switch (kind) {
    case 'wait':
    case 'defer':
      return { do: kind, ms: random.between(0, 500) };
    case 'stop':
      return { do: 'stop', reason: randomReason(random) as string };
    case 'send': {
      const by = random.chance(0.5) ? 'cast' : 'info';
      return { do: 'send', by, to: ref!, act: randomAct(world, false, depth + 1) };
    }
    case 'call': {
      const timeoutMs = random.between(1, 2_000);
      return { do: 'call', to: ref!, timeoutMs, act: randomAct(world, true, depth + 1) };
    }
    case 'watch':
      return { do: 'watch', target: ref! };
    case 'link':
      return { do: 'link', to: ref! };
    default:
      return { do: kind };
  }
}

const NESTED = [
  [3, 'send'],
  [3, 'call'],
  [2, 'watch'],
  [0.5, 'unwatch'],
  [0.3, 'link'],
] as const;

export function randomReason(random: Random): ExitReason & string {
  return random.pick(['normal', 'shutdown', 'a reason'])!;
}
