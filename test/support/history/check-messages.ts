import type { Violation } from './history.js';
import { groupBy, type EventOf, type History } from './indexed-history.js';

const IN_ORDER = 'Messages from one sender to one process are handled in the order they were sent.';
const AT_MOST_ONCE = 'A message is handled at most once.';
const SENT = 'What is handled was sent to that process.';

const numbered = (sender: string, process: string, sequence: number) => `${sender} → ${process} ${sequence}`;

export function* checkMessages(history: History): Generator<Violation> {
  const handled = history.of('message_handled');
  for (const ofPair of groupBy(handled, ({ sender, by }) => `${sender} → ${by}`).values()) {
    yield* checkOrder(ofPair);
  }
  yield* checkSent(history, handled);
}

function* checkOrder(handled: readonly EventOf<'message_handled'>[]): Generator<Violation> {
  const seen = new Set<number>();
  let greatest = 0;
  for (const { sender, by, sequence, at } of handled) {
    const what = `message ${sequence} of ${sender} to ${by}`;
    if (seen.has(sequence)) yield { promise: AT_MOST_ONCE, found: `${what} was handled again at ${at}` };
    else if (sequence < greatest)
      yield { promise: IN_ORDER, found: `${what} was handled at ${at}, after message ${greatest}` };
    seen.add(sequence);
    greatest = Math.max(greatest, sequence);
  }
}

function* checkSent(history: History, handled: readonly EventOf<'message_handled'>[]): Generator<Violation> {
  const sent = history.of('message_sent');
  const known = new Set(sent.map(({ sender, to, sequence }) => numbered(sender, to, sequence)));
  const lives = new Map(sent.map((event) => [event.sender, history.lifeOf(event)]));
  const anyCrash = history.allLives().some(({ fate }) => fate === 'crashed');
  for (const { sender, by, sequence, at } of handled) {
    // What a crashed node wrote last may be missing.
    const life = lives.get(sender);
    if (life ? life.fate === 'crashed' : anyCrash) continue;
    if (!known.has(numbered(sender, by, sequence)))
      yield {
        promise: SENT,
        found: `${by} handled message ${sequence} of ${sender} at ${at}; nobody sent it`,
      };
  }
}
