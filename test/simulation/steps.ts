import { GIVEN_UP, type Life } from './life.js';
import { randomAct, randomReason } from './random-act.js';
import type { World } from './world.js';

/** Something that happens; says what, or nothing where it could not happen. */
type Step = (world: World) => string | undefined;

/** One random step; `calm`: none that breaks anything. */
export function takeStep(world: World, calm: boolean): string | undefined {
  return world.random.weighted(calm ? WORK : STEPS)(world);
}

const byOne =
  (act: (life: Life, world: World) => string | undefined): Step =>
  (world) => {
    const life = world.random.pick(world.running());
    return life && act(life, world);
  };

/** Processes to begin with. */
export function populate(world: World): void {
  for (let n = world.random.between(0, 2 * world.names.length); n > 0; n--) spawn(world);
}

const spawn = byOne((life, world) => {
  const { random } = world;
  const target = random.pick(world.living())!.node;
  const on = random.weighted([
    [4, target],
    [1, 'local'],
    [1, 'least-loaded'],
    [1, 'random'],
    [1, 'round-robin'],
  ]);
  const args = {
    initMs: random.chance(0.2) ? random.between(1, 400) : 0,
    failInit: random.chance(0.05),
    terminateMs: random.chance(0.2) ? random.between(1, 300) : 0,
  };
  const timeoutMs = random.chance(0.3) ? random.between(1, 400) : 5_000;
  life.spawn(on, args, timeoutMs, random.chance(0.4));
  return `${life.name} spawns on ${on}, ${JSON.stringify(args)} within ${timeoutMs} ms`;
});

/** Bytes to add to a message: mostly none, at times many frames full. */
const randomSize = ({ random }: World): number => (random.chance(0.1) ? random.between(1, 40_000) : 0);

const call = byOne((life, world) => {
  const to = world.anyRef();
  if (!to) return undefined;
  const { random } = world;
  const act = randomAct(world, true);
  const timeoutMs = random.chance(0.3) ? random.between(1, 300) : random.between(500, 5_000);
  const signal = random.chance(0.1) ? new AbortController() : undefined;
  life.call(to, act, timeoutMs, randomSize(world), signal?.signal);
  if (signal) life.later(random.between(0, timeoutMs), () => signal.abort(GIVEN_UP));
  return `${life.name} calls ${to.toString()} to ${JSON.stringify(act)} within ${timeoutMs} ms`;
});

const tell = byOne((life, world) => {
  const to = world.anyRef();
  if (!to) return undefined;
  const by = world.random.chance(0.5) ? 'cast' : 'info';
  const act = randomAct(world, false);
  life.tell(by, to, act, randomSize(world));
  return `${life.name} sends a ${by} to ${to.toString()} to ${JSON.stringify(act)}`;
});

const burst = byOne((life, world) => {
  const to = world.anyRef();
  if (!to) return undefined;
  const count = world.random.between(2, 30);
  for (let n = 0; n < count; n++) {
    const size = randomSize(world);
    if (world.random.chance(0.3)) life.call(to, { do: 'nothing' }, 2_000, size);
    else life.tell(world.random.chance(0.5) ? 'cast' : 'info', to, { do: 'nothing' }, size);
  }
  return `${life.name} sends ${count} messages to ${to.toString()}`;
});

const monitor = byOne((life, world) => {
  const target = world.anyRef();
  if (!target) return undefined;
  const giveUpMs = world.random.chance(0.2) ? world.random.between(0, 3_000) : undefined;
  life.monitor(target, giveUpMs);
  return `${life.name} monitors ${target.toString()}${giveUpMs === undefined ? '' : ` for ${giveUpMs} ms`}`;
});

const exit = byOne((life, world) => {
  const target = world.anyRef();
  if (!target) return undefined;
  const reason = world.random.chance(0.5) ? 'kill' : randomReason(world.random);
  life.exit(target, reason);
  return `${life.name} ends ${target.toString()} with ${reason}`;
});

const partition: Step = (world) => {
  const { random } = world;
  const [groupA, groupB] = random.split(world.names);
  if (groupB.length === 0) return undefined;
  const mode = random.weighted([
    [2, 'cut'],
    [2, 'blackhole'],
    [2, 'one-way'],
  ] as const);
  const [from, to] = random.chance(0.5) ? [groupA, groupB] : [groupB, groupA];
  world.network.partition(from, to, { mode });
  return `a partition (${mode}) of ${from.join(' ')} | ${to.join(' ')}`;
};

const heal: Step = (world) => {
  world.network.heal();
  return 'the network heals';
};

const disconnect: Step = (world) => {
  const { random } = world;
  const [first, second] = [random.pick(world.names)!, random.pick(world.names)!];
  if (first === second) return undefined;
  world.network.disconnect(first, second);
  return `${first} and ${second} lose their connection`;
};

const hang = byOne((life, world) => {
  world.hang(life);
  return `${life.name} hangs`;
});

const resume: Step = (world) => {
  const life = world.random.pick(world.inState('hung'));
  if (!life) return undefined;
  world.resume(life);
  return `${life.name} goes on`;
};

const crash: Step = (world) => {
  const life = world.random.pick(world.living());
  if (!life) return undefined;
  world.crash(life);
  return `${life.name} crashes`;
};

const start: Step = (world) => {
  const name = world.random.pick(world.absent());
  if (!name) return undefined;
  const sameAddress = world.random.chance(0.7);
  return `${world.start(name, sameAddress)} starts${sameAddress ? ', where it was' : ''}`;
};

const leave = byOne((life, world) => {
  const [drainMs, stopMs] = [world.random.between(0, 1_000), world.random.between(0, 1_000)];
  life.leave(drainMs, stopMs);
  return `${life.name} leaves: drains for ${drainMs} ms, stops within ${stopMs} ms`;
});

type Steps = readonly (readonly [weight: number, step: Step])[];

const WORK: Steps = [
  [20, spawn],
  [20, call],
  [15, tell],
  [4, burst],
  [8, monitor],
  [5, exit],
  [6, start],
  [2, leave],
];

const STEPS: Steps = [
  ...WORK,
  [4, partition],
  [4, heal],
  [3, disconnect],
  [3, hang],
  [4, resume],
  [3, crash],
];
