import { setTimeout as delay } from 'node:timers/promises';

/** Looks every few milliseconds until it holds. Rejects after `withinMs`. */
export async function untilUp(holds: () => boolean, everyMs = 5, withinMs = 30_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > giveUpAt)
      throw new Error(`the nodes did not find each other within ${withinMs} ms`);
    await delay(everyMs);
  }
}
