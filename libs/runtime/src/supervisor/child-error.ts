import { NoexError } from '@noex/contracts';

/** Why a supervisor does not do what it was asked to do with a child. */
export const CHILD_ERROR_CODES = [
  'child_already_started',
  'child_already_present',
  'child_not_found',
  'child_running',
  'child_restarting',
  'child_is_dynamic',
] as const;
/** What speaks against it. */
export type ChildErrorCode = (typeof CHILD_ERROR_CODES)[number];

/** A supervisor refuses what it was asked to do with a child; nothing has changed. */
export class ChildError extends NoexError {
  readonly outcome = 'not-run';

  constructor(
    readonly code: ChildErrorCode,
    message: string,
    data?: Readonly<Record<string, unknown>>,
    options?: ErrorOptions,
  ) {
    super(message, data, options);
  }
}

export function isChildErrorCode(code: unknown): code is ChildErrorCode {
  return (CHILD_ERROR_CODES as readonly unknown[]).includes(code);
}
