import type { Violation } from './history.js';
import { groupBy, lifeName, type EventOf, type History } from './indexed-history.js';

const ENDS_ONCE = 'A spawn ends exactly once: with the process, or with an error.';
const AT_MOST_ONCE = 'A spawn happens at most once for each request.';
const FOUND = 'A spawn that succeeds gives the process that was started for it.';
const UNDONE = 'A spawn that fails, or whose caller vanished before it had the ref, leaves no process.';

export function* checkSpawns(history: History): Generator<Violation> {
  const ends = groupBy(history.of('spawn_ended'), ({ spawn }) => spawn);
  const started = groupBy(
    history.of('process_started').filter(({ spawn }) => spawn !== undefined),
    ({ spawn }) => spawn!,
  );
  const living = new Set(history.of('view').flatMap(({ processes }) => processes));
  const sent = new Map(history.of('spawn_sent').map((event) => [event.spawn, event]));
  for (const request of sent.values()) {
    const [end, ...more] = ends.get(request.spawn) ?? [];
    yield* checkEnds(history, request, end, more.length);
    yield* checkStarted(history, request, end, started.get(request.spawn) ?? [], living);
  }
  for (const spawn of [...ends.keys()].filter((id) => !sent.has(id))) {
    yield { promise: ENDS_ONCE, found: `spawn ${spawn} ended, and nobody asked for it` };
  }
}

function* checkEnds(
  history: History,
  request: EventOf<'spawn_sent'>,
  end: EventOf<'spawn_ended'> | undefined,
  more: number,
): Generator<Violation> {
  const what = `spawn ${request.spawn}`;
  if (more > 0) yield { promise: ENDS_ONCE, found: `${what} ended ${more + 1} times` };
  if (!end && history.lifeOf(request).fate !== 'crashed')
    yield { promise: ENDS_ONCE, found: `${what}, sent at ${request.at}, never ended` };
}

function* checkStarted(
  history: History,
  request: EventOf<'spawn_sent'>,
  end: EventOf<'spawn_ended'> | undefined,
  started: readonly EventOf<'process_started'>[],
  living: ReadonlySet<string>,
): Generator<Violation> {
  const what = `spawn ${request.spawn}`;
  const refs = started.map(({ ref }) => ref);
  if (refs.length > 1) yield { promise: AT_MOST_ONCE, found: `${what} started ${refs.join(', ')}` };
  if (end?.result === 'ok') {
    const { ref } = end;
    if (ref === undefined || (!refs.includes(ref) && history.lifeOfProcess(ref)?.fate !== 'crashed'))
      yield { promise: FOUND, found: `${what} gave ${ref}, and started ${refs.join(', ') || 'nothing'}` };
    return;
  }
  const left = refs.filter((ref) => living.has(ref));
  const why = end ? `ended with ${end.result}` : `of ${lifeName(request)} never ended`;
  if (left.length > 0) yield { promise: UNDONE, found: `${what} ${why}, and ${left.join(', ')} lives` };
}
