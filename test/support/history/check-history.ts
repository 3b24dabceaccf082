import { checkCalls } from './check-calls.js';
import { checkMembership } from './check-membership.js';
import { checkMessages } from './check-messages.js';
import { checkMonitors } from './check-monitors.js';
import { checkProcesses } from './check-processes.js';
import { checkSpawns } from './check-spawns.js';
import type { HistoryEvent, Violation } from './history.js';
import { History } from './indexed-history.js';

/**
 * START HERE. Which promises a history shows broken; empty where it shows none. The events of one node name, over all its lives, stand
 * in the order they happened; between nodes no order is assumed. A life without `stopped` and without a final `view` crashed:
 * what it wrote last may be missing, and nobody waits for what it had under way.
 */
export function checkHistory(events: readonly HistoryEvent[]): Violation[] {
  const history = new History(events);
  return [
    ...checkCalls(history),
    ...checkMessages(history),
    ...checkMonitors(history),
    ...checkSpawns(history),
    ...checkProcesses(history),
    ...checkMembership(history),
  ];
}
