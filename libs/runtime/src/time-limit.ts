import { InvalidMessageError } from '@noex/contracts';

/** Refuses what is no time limit: a number of milliseconds above 0, Infinity for none. Throws InvalidMessageError. */
export function requireTimeLimit(timeoutMs: number, of: 'call' | 'cast' | 'spawn' | 'registration'): void {
  if (typeof timeoutMs === 'number' && timeoutMs > 0) return;
  throw new InvalidMessageError(
    `timeoutMs of a ${of} must be a number above 0 (Infinity = no limit), got ${String(timeoutMs)}`,
  );
}
