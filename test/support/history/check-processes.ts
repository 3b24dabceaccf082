import type { HistoryEvent, Violation } from './history.js';
import { groupBy, lifeName, type EventOf, type History } from './indexed-history.js';

const ENDS_ONCE = 'A process ends once, and only after it started.';
const NO_GHOST = 'No process is there that was not started, and none after its end.';
const NONE_LOST = 'A process that did not end is there.';
const NO_LATER_LIFE =
  'No message, stop, kill, monitor or link for a process of an earlier life of a node reaches a process of a later one.';
const REPLACED = 'A life of a node that was replaced by a newer one does nothing more.';

export function* checkProcesses(history: History): Generator<Violation> {
  yield* checkViews(history);
  yield* checkWork(history);
  yield* checkReplaced(history);
}

function* checkViews(history: History): Generator<Violation> {
  const started = groupBy(history.of('process_started'), lifeName);
  const ended = new Set(history.of('process_ended').map(({ ref }) => ref));
  for (const view of history.of('view')) {
    const own = new Set((started.get(lifeName(view)) ?? []).map(({ ref }) => ref));
    const listed = new Set(view.processes);
    for (const ref of listed) {
      if (!own.has(ref))
        yield { promise: NO_GHOST, found: `${lifeName(view)} has ${ref}, which it never started` };
      else if (ended.has(ref))
        yield { promise: NO_GHOST, found: `${lifeName(view)} has ${ref}, which ended` };
    }
    for (const ref of own) {
      if (!ended.has(ref) && !listed.has(ref))
        yield { promise: NONE_LOST, found: `${lifeName(view)} started ${ref} and has it no more` };
    }
  }
}

/** What processes did, in the order of their node. */
function* checkWork(history: History): Generator<Violation> {
  const started = new Set<string>();
  const ended = new Set<string>();
  for (const event of history.events) {
    if (event.kind === 'process_started') {
      if (started.has(event.ref)) yield { promise: NO_GHOST, found: `${event.ref} was started twice` };
      started.add(event.ref);
    } else if (event.kind === 'process_ended') {
      if (!started.has(event.ref))
        yield { promise: ENDS_ONCE, found: `${event.ref} ended at ${event.at} and never started` };
      if (ended.has(event.ref))
        yield { promise: ENDS_ONCE, found: `${event.ref} ended again at ${event.at}` };
      ended.add(event.ref);
    } else if (event.kind === 'call_handled' || event.kind === 'message_handled') {
      yield* checkHandler(history, event, started, ended);
    }
  }
}

function* checkHandler(
  history: History,
  event: EventOf<'call_handled'> | EventOf<'message_handled'>,
  started: ReadonlySet<string>,
  ended: ReadonlySet<string>,
): Generator<Violation> {
  const what = `${event.by} handled ${nameOf(event)} at ${event.at}`;
  const life = history.lifeOfProcess(event.by);
  if (life !== history.lifeOf(event))
    yield { promise: NO_LATER_LIFE, found: `${what} on ${lifeName(event)}` };
  if (!started.has(event.by)) yield { promise: NO_GHOST, found: `${what}, and never started` };
  if (ended.has(event.by)) yield { promise: NO_GHOST, found: `${what}, after it ended` };
}

const nameOf = (event: EventOf<'call_handled'> | EventOf<'message_handled'>): string =>
  event.kind === 'call_handled' ? `call ${event.call}` : `message ${event.sequence} of ${event.sender}`;

/** One finding a life: what follows is no news. */
function* checkReplaced({ events }: History): Generator<Violation> {
  const newest = new Map<string, number>();
  const found = new Set<string>();
  for (const event of events) {
    const newer = newest.get(event.node) ?? -Infinity;
    if (event.incarnation > newer) newest.set(event.node, event.incarnation);
    if (event.incarnation < newer && !found.has(lifeName(event))) {
      found.add(lifeName(event));
      yield {
        promise: REPLACED,
        found: `${lifeName(event)} wrote ${describe(event)} after ${event.node}@${newer}`,
      };
    }
  }
}

const describe = ({ kind, at }: HistoryEvent): string => `${kind} at ${at}`;
