import type { Clock } from '@noex/contracts';
import type { Process } from './process.js';
import { watch } from './watch.js';

/** The longest that timers of the machine wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Stops every process of a table, newest first, each with the reason `shutdown`; whatever has not ended after `budgetMs` is
 * killed. Returns how many were killed.
 */
export async function stopAll(
  processes: ReadonlyMap<number, Process>,
  clock: Clock,
  budgetMs: number,
): Promise<number> {
  const remaining = [...processes.values()].reverse();
  const ended = remaining.map((process) => new Promise<void>((resolve) => watch(process, () => resolve())));
  for (const process of remaining) process.exit('shutdown');
  let timer: unknown;
  const timeout = new Promise<void>(
    (resolve) => (timer = clock.setTimeout(resolve, Math.min(budgetMs, LONGEST_MS))),
  );
  await Promise.race([Promise.all(ended), timeout]);
  clock.clearTimeout(timer);
  const killed = processes.size;
  for (const process of [...processes.values()]) process.kill();
  return killed;
}
