import type { ExitReason } from '@noex/contracts';
import { runActivity, type ActiveProcess } from './activity.js';
import type { BehaviorDriver, ProcessCell } from './behavior.js';
import { isThenable } from './dispatch.js';
import { logFailedTerminate } from './exit-log.js';
import { ProcessTimer, type ProcessExtras } from './process-extras.js';
import type { ProcessHost } from './process-host.js';
import { thrownReason } from './thrown-reason.js';

/** A process as its `terminate` finds it. */
interface EndingProcess extends ActiveProcess, ProcessCell {
  readonly node: ProcessHost;
  readonly driver: BehaviorDriver;
  readonly extras: ProcessExtras;
  readonly alive: boolean;
  kill(): void;
}

/**
 * Runs the `terminate` that a behavior may have, and calls `ended` with the reason the process ends for: its own, or the error
 * that `terminate` threw, which is logged then. When `terminate` takes longer than `shutdownMs` the process is killed instead.
 */
export function runTerminate(
  process: EndingProcess,
  reason: ExitReason,
  ended: (reason: ExitReason, logged?: boolean) => void,
): void {
  const { node, driver } = process;
  const { terminate, shutdownMs, followed } = driver;
  if (!terminate) return ended(reason);
  const failed = (error: unknown) => {
    if (!process.alive) return;
    logFailedTerminate(node.logger, process, reason, error);
    ended(thrownReason(error), true);
  };
  try {
    const result = runActivity(process, null, followed, () => terminate(process, reason));
    if (!isThenable(result)) return ended(reason);
    const limit = new ProcessTimer(node.wheel, shutdownMs, () => process.kill());
    process.extras.terminateLimit = limit;
    Promise.resolve(result).then(() => ended(reason), failed);
  } catch (error) {
    failed(error);
  }
}
