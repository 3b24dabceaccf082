import { toErrorData, type ExitReason } from '@noex/contracts';

/** The reason of a process that ends for what its code threw: the error itself, or one that tells of what is none. */
export function thrownReason(thrown: unknown): ExitReason {
  return thrown instanceof Error ? thrown : new Error(toErrorData(thrown).message);
}
