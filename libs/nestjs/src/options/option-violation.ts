import { InvalidOptionsError } from '@noex/contracts';
import { inspect } from 'node:util';
import type { GivenOption } from './given-option.js';

/** One bad option, JSON-safe and without secrets. */
export interface OptionViolation {
  /** Path of the option, for instance `shutdown.drainMs`. */
  readonly field: string;
  /** The value as text; `***` where it is, or may be, a secret. */
  readonly value: string;
  readonly expected: string;
  readonly source: GivenOption['source'];
  /** The variable that the value came from, or else could come from. */
  readonly variable?: string;
}

export const MASKED = '***';

/** One error for all of them. */
export function invalidOptions(violations: readonly OptionViolation[]): InvalidOptionsError {
  const count = violations.length === 1 ? '1 option is wrong' : `${violations.length} options are wrong`;
  const lines = violations.map(({ field, value, expected, ...origin }) => {
    return `  - ${field}: got ${value} ${describeOrigin(origin)}; expected ${expected}`;
  });
  return new InvalidOptionsError([`noex cannot start, ${count}:`, ...lines].join('\n'), { violations });
}

function describeOrigin({ source, variable }: Pick<OptionViolation, 'source' | 'variable'>): string {
  if (source === 'environment') return `from ${variable}`;
  const where = source === 'code' ? 'in code' : 'by default';
  return variable === undefined ? `${where} (no variable sets it)` : `${where} (variable ${variable})`;
}

/** A value on one line, short enough for a log. */
export function showValue(value: unknown): string {
  const text =
    typeof value === 'string'
      ? JSON.stringify(value)
      : inspect(value, { depth: 1, compact: true, breakLength: Infinity, maxArrayLength: 10 });
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
