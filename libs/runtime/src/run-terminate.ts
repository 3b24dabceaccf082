import type { ExitReason } from '@noex/contracts';
import { runActivity, type ActiveProcess } from './activity.js';
import type { BehaviorDriver, ProcessCell } from './behavior.js';
import { isThenable } from './dispatch.js';
import { logFailedDrain, logFailedTerminate } from './exit-log.js';
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

type Ended = (reason: ExitReason, logged?: boolean) => void;

/**
 * Runs the `terminate` that a behavior may have, and calls `ended` with the reason the process ends for: its own, or the error
 * that `terminate` threw, which is logged then. On a node that leaves, `drain` comes before it. When one of them takes longer
 * than `shutdownMs` the process is killed instead.
 */
export function runTerminate(process: EndingProcess, reason: ExitReason, ended: Ended): void {
  const { node, driver } = process;
  const { handOver } = node;
  if (!handOver || !driver.drain || !isToldToStop(reason)) return terminate(process, reason, ended);
  const drained = (result: unknown) => {
    handOver.drained(result);
    terminate(process, reason, ended);
  };
  const failed = (error: unknown) => {
    logFailedDrain(node.logger, process, error);
    terminate(process, reason, ended);
  };
  runLimited(process, () => driver.drain!(process), drained, failed);
}

function terminate(process: EndingProcess, reason: ExitReason, ended: Ended): void {
  const { node, driver } = process;
  if (!driver.terminate) return ended(reason);
  const failed = (error: unknown) => {
    logFailedTerminate(node.logger, process, reason, error);
    ended(thrownReason(error), true);
  };
  runLimited(
    process,
    () => driver.terminate!(process, reason),
    () => ended(reason),
    failed,
  );
}

/** Calls `done` or `failed` unless the process was killed meanwhile, as it is after `shutdownMs`. */
function runLimited(
  process: EndingProcess,
  work: () => unknown,
  done: (result: unknown) => void,
  failed: (error: unknown) => void,
): void {
  const { node, driver } = process;
  let result: unknown;
  try {
    result = runActivity(process, null, driver.followed, work);
  } catch (error) {
    return process.alive ? failed(error) : undefined;
  }
  if (!isThenable(result)) return process.alive ? done(result) : undefined;
  const limit = new ProcessTimer(node.wheel, driver.shutdownMs, () => process.kill());
  process.extras.terminateLimit = limit;
  const next =
    <T>(go: (value: T) => void) =>
    (value: T) => {
      limit.cancel();
      if (process.alive) go(value);
    };
  Promise.resolve(result).then(next(done), next(failed));
}

function isToldToStop(reason: ExitReason): boolean {
  return reason === 'shutdown' || (typeof reason === 'object' && 'shutdown' in reason);
}
