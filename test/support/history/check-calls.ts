import type { Violation } from './history.js';
import { groupBy, lifeName, type EventOf, type History } from './indexed-history.js';

const ENDS_ONCE = 'A call ends exactly once: reply, error or timeout.';
const AT_MOST_ONCE = 'A message is handled at most once.';
const TRUTHFUL = 'The outcome of a call says whether its handler ran.';
const ADDRESSEE = 'A call is handled by the process it was sent to, and by nobody else.';

export function* checkCalls(history: History): Generator<Violation> {
  const ends = groupBy(history.of('call_ended'), ({ call }) => call);
  const handled = groupBy(history.of('call_handled'), ({ call }) => call);
  const sent = new Map(history.of('call_sent').map((event) => [event.call, event]));
  for (const event of sent.values()) {
    yield* checkEnds(history, event, ends.get(event.call) ?? []);
    yield* checkHandled(history, event, handled.get(event.call) ?? [], ends.get(event.call)?.[0]);
  }
  for (const [call, [end]] of ends) {
    const sender = sent.get(call);
    if (!sender)
      yield { promise: ENDS_ONCE, found: `call ${call} ended on ${lifeName(end!)}, and nobody sent it` };
    else if (lifeName(sender) !== lifeName(end!))
      yield {
        promise: ENDS_ONCE,
        found: `call ${call} of ${lifeName(sender)} ended on ${lifeName(end!)}`,
      };
  }
}

function* checkEnds(
  history: History,
  sent: EventOf<'call_sent'>,
  ends: readonly EventOf<'call_ended'>[],
): Generator<Violation> {
  const what = `call ${sent.call} to ${sent.to}`;
  if (ends.length > 1)
    yield {
      promise: ENDS_ONCE,
      found: `${what} ended ${ends.length} times: ${ends.map(({ result }) => result).join(', ')}`,
    };
  if (ends.length === 0 && history.lifeOf(sent).fate !== 'crashed')
    yield { promise: ENDS_ONCE, found: `${what}, sent at ${sent.at}, never ended` };
}

function* checkHandled(
  history: History,
  sent: EventOf<'call_sent'>,
  handled: readonly EventOf<'call_handled'>[],
  end: EventOf<'call_ended'> | undefined,
): Generator<Violation> {
  const what = `call ${sent.call} to ${sent.to}`;
  if (handled.length > 1)
    yield { promise: AT_MOST_ONCE, found: `${what} was handled ${handled.length} times: ${byWhom(handled)}` };
  const target = history.lifeOfProcess(sent.to);
  const strangers = handled.filter(({ by }) => target && by !== sent.to);
  if (strangers.length > 0)
    yield { promise: ADDRESSEE, found: `${what} was handled by ${byWhom(strangers)}` };
  if (!end) return;
  const outcome = end.result === 'ok' ? 'ran' : end.outcome;
  if (outcome === undefined)
    yield { promise: TRUTHFUL, found: `${what} ended with ${end.result} without an outcome` };
  if (outcome === 'not-run' && handled.length > 0)
    yield {
      promise: TRUTHFUL,
      found: `${what} ended with ${end.result} as not-run, and was handled by ${byWhom(handled)}`,
    };
  if (outcome === 'ran' && handled.length === 0 && target?.fate !== 'crashed')
    yield { promise: TRUTHFUL, found: `${what} ended with ${end.result} as ran, and nobody handled it` };
}

const byWhom = (handled: readonly EventOf<'call_handled'>[]): string =>
  handled.map(({ by, at }) => `${by} at ${at}`).join(', ');
