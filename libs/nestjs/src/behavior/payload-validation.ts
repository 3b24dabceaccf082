import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { MessageRejected } from '@noex/runtime';

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
    const instance = payload instanceof type ? payload : plainToInstance(type, payload);
    const errors =
      typeof instance === 'object' && instance !== null && !Array.isArray(instance)
        ? validateSync(instance)
        : undefined;
    if (errors?.length === 0) return instance;
    const violations = errors
      ? flatten(errors, '')
      : [{ field: '', rules: { object: `must be an object of ${type.name}` } }];
    const list = violations.map((v) => Object.values(v.rules).join(', ')).join('; ');
    throw new MessageRejected(`the payload is not a valid ${type.name}: ${list}`, violations);
  };
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
