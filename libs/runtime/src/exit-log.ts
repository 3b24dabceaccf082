import { describeExit, isPlannedExit, type ExitReason, type Logger, type ProcessRef } from '@noex/contracts';

/** The one line that tells how a process ended: an error where it crashed, nothing where its end was planned. */
export function logExit(
  logger: Logger,
  { ref, behaviorName: behavior }: { readonly ref: ProcessRef; readonly behaviorName: string },
  reason: ExitReason,
): void {
  if (isPlannedExit(reason)) return;
  const process = ref.toString();
  const line = `process ${process} ("${behavior}") ended: ${describeExit(reason)}`;
  const fields = { event: 'process_exit', process, behavior };
  if (reason instanceof Error) logger.error(line, { ...fields, error: reason });
  else logger.debug(line, { ...fields, reason });
}

/** `drain` threw while the node left: its state was not moved, and the process goes on to `terminate`. */
export function logFailedDrain(
  logger: Logger,
  { ref, behaviorName: behavior }: { readonly ref: ProcessRef; readonly behaviorName: string },
  error: unknown,
): void {
  const process = ref.toString();
  logger.error(`onDrain of process ${process} ("${behavior}") threw`, {
    event: 'drain_hook_failed',
    process,
    behavior,
    error,
  });
}

/** `terminate` threw while the process was ending: the error becomes its reason, and the first one is told here. */
export function logFailedTerminate(
  logger: Logger,
  { ref, behaviorName: behavior }: { readonly ref: ProcessRef; readonly behaviorName: string },
  reason: ExitReason,
  error: unknown,
): void {
  const process = ref.toString();
  logger.error(`terminate of process ${process} ("${behavior}", ending: ${describeExit(reason)}) threw`, {
    event: 'terminate_failed',
    process,
    behavior,
    reason,
    error,
  });
}
