import { checkHistory } from '../support/history/check-history.js';
import type { HistoryEvent, Violation } from '../support/history/history.js';
import { EventLoop } from './event-loop.js';
import type { NodeLimits } from './life.js';
import { Random } from './random.js';
import { SimulationClock } from './simulation-clock.js';
import { populate, takeStep } from './steps.js';
import { World } from './world.js';

/** How long after the network healed and everybody goes on the mesh is whole at the latest, in milliseconds. */
export const WHOLE_WITHIN_MS = 6_000;
/** Everything that was under way has ended by then: the longest call, spawn or shutdown takes 5 seconds, and some wait for others. */
const REST_WITHIN_MS = 60_000;
/** How finely the time until the mesh is whole is taken, in milliseconds. */
const LOOK_MS = 100;

export interface SimulationOptions {
  /** Default: by the seed, mostly 3 to 10, at times up to 100. */
  readonly nodes?: number;
  /** No more than 10, whatever the seed says. Default false. */
  readonly fewNodes?: boolean;
  /** Nodes work, come and leave in order, and nothing fails. Default false. */
  readonly calm?: boolean;
  /** Default: by the seed. */
  readonly steps?: number;
}

/** What was done to the cluster, and when, in virtual milliseconds. */
export interface StepTaken {
  readonly at: number;
  readonly what: string;
}

export interface SimulationResult {
  readonly seed: number;
  readonly nodes: number;
  readonly steps: readonly StepTaken[];
  readonly events: readonly HistoryEvent[];
  readonly violations: readonly Violation[];
  /** Time from the end of all faults until the mesh was whole, in virtual milliseconds; Infinity where it never was. */
  readonly wholeAfterMs: number;
}

/**
 * START HERE. Runs a cluster through random work and random faults, lets it come to rest, and checks what it wrote down. All chance comes
 * from the seed: the same seed gives the same run, event by event.
 */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const random = new Random(seed);
  const busyMs = random.chance(0.3) ? random.next() * 3 : 0;
  let busy = 0;
  const ofLoad = random.fork();
  const loop: EventLoop = new EventLoop(() => clock.now() + (busy += ofLoad.next() * busyMs));
  const clock = new SimulationClock(() => loop.settle());
  loop.install();
  try {
    return await run(seed, options, random, clock);
  } finally {
    loop.restore();
  }
}

async function run(
  seed: number,
  options: SimulationOptions,
  random: Random,
  clock: SimulationClock,
): Promise<SimulationResult> {
  const nodes = options.nodes ?? clusterSize(random, options.fewNodes);
  const steps = options.steps ?? random.between(10, 80);
  const world = new World({ ...randomNetwork(random, nodes), clock, random });
  const log: StepTaken[] = [];
  for (const name of world.names) {
    if (random.chance(0.9)) world.start(name, true);
    if (random.chance(0.2)) await clock.advance(random.between(0, 300));
  }
  if (random.chance(0.8)) await clock.advance(randomPause(random));
  populate(world);
  for (let n = 0; n < steps; n++) {
    const at = clock.now();
    const what = takeStep(world, options.calm ?? false);
    if (what !== undefined) log.push({ at, what });
    // Without a pause the next step falls into the same tick.
    if (random.chance(0.7)) await clock.advance(randomPause(random));
  }
  const wholeAfterMs = await comeToRest(world, log);
  const violations = [...lateWhole(wholeAfterMs, world), ...world.complaints];
  for (const life of world.living()) life.record(life.view());
  violations.push(...checkHistory(world.events));
  await tearDown(world);
  return { seed, nodes, steps: log, events: world.events, violations, wholeAfterMs };
}

function clusterSize(random: Random, few = false): number {
  const size = random.weighted([
    [1000, random.between(3, 10)],
    [20, random.between(11, 30)],
    [1, random.between(31, 100)],
  ]);
  return few ? Math.min(size, 10) : size;
}

function randomNetwork(random: Random, nodes: number) {
  const names = Array.from({ length: nodes }, (_, index) => `n${index + 1}`);
  const latencyMs = random.pick([0, 0, 1, 5, 40])!;
  // Each delivery of a large cluster would have a moment of its own.
  const jitterMs = nodes > 10 ? 0 : random.pick([0, 1, 10, 100])!;
  const maxFrameBytes = random.pick([4_096, 16_384, 2 ** 20])!;
  const maxQueuedBytes = maxFrameBytes * random.between(1, 4);
  return { names, latencyMs, jitterMs, maxFrameBytes, maxQueuedBytes, limits: randomLimits(random) };
}

/** Limits that are met at times, and the default ones. */
function randomLimits(random: Random): NodeLimits {
  return {
    strictMessages: random.chance(0.3),
    ...(random.chance(0.2) ? { mailboxLimit: random.between(3, 10) } : {}),
    ...(random.chance(0.2) ? { maxPendingCalls: random.between(2, 10) } : {}),
    ...(random.chance(0.2) ? { maxQueuedBytes: random.between(1_000, 50_000) } : {}),
  };
}

function randomPause(random: Random): number {
  return random.weighted([
    [10, random.between(0, 50)],
    [4, random.between(50, 1_000)],
    [1, random.between(1_000, 6_000)],
  ]);
}

/** All faults end; returns after how long the mesh was whole. Goes on until all that was under way has ended. */
async function comeToRest(world: World, log: StepTaken[]): Promise<number> {
  const { clock, network } = world;
  network.heal();
  for (const life of world.inState('hung')) world.resume(life);
  const healedAt = clock.now();
  log.push({ at: healedAt, what: 'all faults end' });
  let wholeAfterMs = Infinity;
  const isAtRest = () =>
    world.inState('leaving').length === 0 && world.living().every((life) => life.isAtRest);
  while (clock.now() < healedAt + REST_WITHIN_MS) {
    await clock.advance(LOOK_MS);
    const sinceMs = clock.now() - healedAt;
    if (!world.isWhole()) wholeAfterMs = Infinity;
    else if (wholeAfterMs === Infinity) wholeAfterMs = sinceMs;
    if (sinceMs >= WHOLE_WITHIN_MS && isAtRest()) break;
  }
  return wholeAfterMs;
}

function lateWhole(wholeAfterMs: number, world: World): Violation[] {
  if (wholeAfterMs <= WHOLE_WITHIN_MS) return [];
  const found =
    wholeAfterMs < Infinity
      ? `it took ${wholeAfterMs} ms`
      : world
          .living()
          .map(
            (life) =>
              `${life.name} sees ${life
                .peers()
                .map(({ id }) => id)
                .join(' ')}`,
          )
          .join('; ');
  return [{ promise: `The mesh is whole ${WHOLE_WITHIN_MS} ms after the last fault.`, found }];
}

/** Nothing of this run may reach into the next one. */
async function tearDown(world: World): Promise<void> {
  for (const life of world.living()) world.crash(life);
  await world.clock.advance(0);
}
