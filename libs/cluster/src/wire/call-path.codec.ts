import { ProcessRef } from '@noex/contracts';
import type { CallPath, CallStep } from '@noex/runtime';

/** A call's path on the wire: ref and turn of each step in one flat array, outermost first. */
export function encodeCallPath(path: CallPath): unknown[] {
  return path.flatMap(({ ref, turn }) => [ref, turn]);
}

/** Reads a path, leaving out whatever is not of its form. */
export function readCallPath(wire: unknown): CallPath {
  const steps: CallStep[] = [];
  if (!Array.isArray(wire)) return steps;
  for (let i = 0; i + 1 < wire.length; i += 2) {
    const [ref, turn] = [wire[i] as unknown, wire[i + 1] as unknown];
    if (ref instanceof ProcessRef && typeof turn === 'number') steps.push({ ref, turn });
  }
  return steps;
}
