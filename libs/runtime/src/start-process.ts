import {
  describeExit,
  InvalidMessageError,
  SpawnFailedError,
  SpawnTimeoutError,
  toErrorData,
  type ExitReason,
  type NoexError,
  type ProcessRef,
} from '@noex/contracts';
import { MessageRejected } from './behavior.js';
import { ProcessTimer } from './process-extras.js';
import type { SpawnOptions } from './process-context.js';
import type { Process } from './process.js';
import { requireTimeLimit } from './time-limit.js';
import { watch } from './watch.js';

/** How long `init` may take when the spawn does not say. */
export const DEFAULT_SPAWN_TIMEOUT_MS = 5000;

/**
 * Starts a process that is in the node's table; resolves when its `init` has finished and `onStarted` was called. Rejects with
 * SpawnFailedError, InvalidMessageError (its arguments were refused before `init`) or SpawnTimeoutError, or what a hook threw; then the process has ended.
 */
export async function startProcess(
  process: Process,
  args: unknown,
  options: SpawnOptions,
  onStarted: ((ref: ProcessRef) => void) | undefined,
): Promise<void> {
  const { timeoutMs = DEFAULT_SPAWN_TIMEOUT_MS } = options;
  let started = false;
  let late: SpawnTimeoutError | undefined;
  try {
    requireTimeLimit(timeoutMs, 'spawn');
    options.onSpawn?.(process.ref);
    const starting = process.start(args, () => {
      if (options.onDown) watch(process, options.onDown);
      onStarted?.(process.ref);
      started = true;
    });
    if (starting) late = await withinTime(starting, process, timeoutMs);
  } catch (error) {
    process.kill();
    throw error;
  }
  if (started) return;
  // It was told to stop before it had started: it may have to clean up.
  if (process.alive) await new Promise<void>((resolve) => watch(process, () => resolve()));
  throw late ?? startFailed(process.behaviorName, process.endReason!);
}

/** Waits until the process has started or ended; gives an error when it ran out of time and was killed. */
async function withinTime(
  starting: Promise<void>,
  process: Process,
  timeoutMs: number,
): Promise<SpawnTimeoutError | undefined> {
  const behavior = process.behaviorName;
  let late: SpawnTimeoutError | undefined;
  const limit = new ProcessTimer(process.node.wheel, timeoutMs, () => {
    late = new SpawnTimeoutError(`init of "${behavior}" did not end within ${timeoutMs} ms`, {
      behavior,
      timeoutMs,
    });
    process.kill();
  });
  try {
    await new Promise<void>((resolve, reject) => {
      const ended = watch(process, () => resolve());
      starting.then(() => {
        ended.cancel();
        resolve();
      }, reject);
    });
  } finally {
    limit.cancel();
  }
  return late;
}

function startFailed(behavior: string, reason: ExitReason): NoexError {
  if (reason instanceof MessageRejected) {
    const { message, violations } = reason;
    return new InvalidMessageError(message, { behavior, violations });
  }
  return reason instanceof Error
    ? new SpawnFailedError(
        `process of "${behavior}" did not start: ${describeExit(reason)}`,
        { behavior, error: toErrorData(reason) },
        { cause: reason },
      )
    : new SpawnFailedError(
        `process of "${behavior}" was stopped (${describeExit(reason)}) while it started`,
        {
          behavior,
          reason: describeExit(reason),
        },
      );
}
