import type { Violation } from './history.js';
import { groupBy, type EventOf, type History } from './indexed-history.js';

const ONE_DOWN = 'A monitor gives exactly one DOWN, with the reason the process ended for.';
const TRUTHFUL = 'It is `noproc` where the process never was, or is gone.';
const GIVEN_UP = 'A monitor that was given up gives none.';

export function* checkMonitors(history: History): Generator<Violation> {
  const fired = groupBy(history.of('monitor_fired'), ({ monitor }) => monitor);
  const facts: Facts = {
    ends: new Map(history.of('process_ended').map((event) => [event.ref, event])),
    living: new Set(history.of('view').flatMap(({ processes }) => processes)),
  };
  const sets = new Map(history.of('monitor_set').map((event) => [event.monitor, event]));
  const cancelled = new Set(history.of('monitor_cancelled').map(({ monitor }) => monitor));
  for (const set of sets.values()) {
    const firings = fired.get(set.monitor) ?? [];
    yield* checkCount(history, facts, set, firings, cancelled.has(set.monitor));
    for (const firing of firings) yield* checkReason(history, facts, set, firing);
  }
  for (const monitor of fired.keys()) {
    if (!sets.has(monitor)) yield { promise: ONE_DOWN, found: `monitor ${monitor} fired, and nobody set it` };
  }
  yield* checkGivenUp(history);
}

interface Facts {
  readonly ends: ReadonlyMap<string, EventOf<'process_ended'>>;
  /** Processes that are there at the end of the run. */
  readonly living: ReadonlySet<string>;
}

function* checkCount(
  history: History,
  { ends }: Facts,
  set: EventOf<'monitor_set'>,
  firings: readonly EventOf<'monitor_fired'>[],
  cancelled: boolean,
): Generator<Violation> {
  const what = `monitor ${set.monitor} of ${set.target}`;
  if (firings.length > 1)
    yield {
      promise: ONE_DOWN,
      found: `${what} fired ${firings.length} times: ${firings.map(({ reason }) => reason).join(', ')}`,
    };
  const setterLives = history.lifeOf(set).fate === 'lives' && !(set.by !== undefined && ends.has(set.by));
  if (firings.length > 0 || cancelled || !setterLives) return;
  const end = ends.get(set.target);
  const targetLife = history.lifeOfProcess(set.target);
  if (end)
    yield { promise: ONE_DOWN, found: `${what} never fired; the process ended (${end.reason}) at ${end.at}` };
  else if (targetLife && targetLife.fate !== 'lives')
    yield { promise: ONE_DOWN, found: `${what} never fired; its node ${targetLife.fate}` };
}

function* checkReason(
  history: History,
  { ends, living }: Facts,
  { monitor, target }: EventOf<'monitor_set'>,
  { reason, at }: EventOf<'monitor_fired'>,
): Generator<Violation> {
  const what = `monitor ${monitor} of ${target} fired with ${reason} at ${at}`;
  if (reason === 'noproc') {
    if (living.has(target)) yield { promise: TRUTHFUL, found: `${what}, and the process lives` };
    return;
  }
  // It tells of the node, not of the process.
  if (reason === 'noconnection') return;
  const end = ends.get(target);
  const ended = end ? `it ended with ${end.reason}` : 'it never ended';
  // The last events of a node that crashed may be missing.
  if (!end && history.lifeOfProcess(target)?.fate === 'crashed') return;
  if (end?.reason !== reason) yield { promise: ONE_DOWN, found: `${what}; ${ended}` };
}

function* checkGivenUp(history: History): Generator<Violation> {
  const cancelled = new Set<string>();
  for (const event of history.events) {
    if (event.kind === 'monitor_cancelled') cancelled.add(event.monitor);
    if (event.kind === 'monitor_fired' && cancelled.has(event.monitor))
      yield {
        promise: GIVEN_UP,
        found: `monitor ${event.monitor} fired with ${event.reason} at ${event.at}, after it was given up`,
      };
  }
}
