import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { MessageRejected } from '@noex/runtime';
import { payloadInstance } from './payload-instance.js';

type Class = new () => object;

/** One broken rule of a payload. */
export interface Violation {
  /** Way to the field, e.g. `items[0].sku`. */
  readonly field: string;
  readonly rules: Readonly<Record<string, string>>;
}

/**
 * A function that turns a plain payload into an instance of its declared class and checks its class-validator rules;
 * undefined where the declared type has none, so that an unchecked handler costs nothing. The function throws
 * MessageRejected with every violation.
 */
export function payloadValidator(type: unknown): ((payload: unknown) => unknown) | undefined {
  if (!isValidatedClass(type)) return undefined;
  return (payload) => {
    const { instance, violations } = check(type, payload);
    if (violations.length === 0) return instance;
    const list = violations.map((v) => Object.values(v.rules).join(', ')).join('; ');
    throw new MessageRejected(`the payload is not a valid ${type.name}: ${list}`, violations);
  };
}

function check(type: Class, payload: unknown): { instance: unknown; violations: readonly Violation[] } {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return {
      instance: payload,
      violations: [{ field: '', rules: { object: `must be an object of ${type.name}` } }],
    };
  }
  try {
    const instance = payload instanceof type ? payload : payloadInstance(type, payload);
    return { instance, violations: flatten(validateSync(instance), '') };
  } catch (error) {
    // A conversion or a rule that throws has met something it was not made for; the handler has not run.
    return {
      instance: payload,
      violations: [{ field: '', rules: { unreadable: (error as Error).message } }],
    };
  }
}

function isValidatedClass(type: unknown): type is Class {
  if (typeof type !== 'function' || type === Object || type === String || type === Number) return false;
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length > 0;
}

function flatten(errors: readonly ValidationError[], prefix: string): Violation[] {
  return errors.flatMap((error) => {
    const field = prefix === '' ? error.property : `${prefix}.${error.property}`;
    const own = error.constraints ? [{ field, rules: error.constraints }] : [];
    return [...own, ...flatten(error.children ?? [], field)];
  });
}
