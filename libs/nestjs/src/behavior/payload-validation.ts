import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { MessageRejected } from '@noex/runtime';
import { payloadInstance } from './payload-instance.js';
import { isStandardSchema, issueField, type StandardSchema } from './standard-schema.js';

type Class = new () => object;

/** One broken rule of a payload. */
export interface Violation {
  /** Way to the field, e.g. `items[0].sku`. */
  readonly field: string;
  readonly rules: Readonly<Record<string, string>>;
}

/** Checks a value and gives what the handler gets: a promise where the check takes one. Throws MessageRejected with every violation. */
export type Validator = (value: unknown) => unknown;

/**
 * The check for a declared type or a Standard Schema: a class with class-validator rules becomes an instance of it, a schema
 * gives what it makes of the value. Undefined for anything else, so that an unchecked handler costs nothing.
 */
export function validatorOf(rules: unknown, what = 'payload'): Validator | undefined {
  if (isStandardSchema(rules)) return (value) => checkBySchema(rules, value, what);
  if (!isValidatedClass(rules)) return undefined;
  return (value) => {
    const { instance, violations } = check(rules, value);
    if (violations.length === 0) return instance;
    throw rejected(`the ${what} is not a valid ${rules.name}`, violations);
  };
}

function rejected(message: string, violations: readonly Violation[]): MessageRejected {
  const list = violations.map((v) => Object.values(v.rules).join(', ')).join('; ');
  return new MessageRejected(`${message}: ${list}`, violations);
}

function checkBySchema(schema: StandardSchema, value: unknown, what: string): unknown {
  const judge = (result: Awaited<ReturnType<StandardSchema['~standard']['validate']>>): unknown => {
    if (!result.issues) return result.value;
    const violations = result.issues.map((issue) => ({
      field: issueField(issue),
      rules: { schema: issue.message },
    }));
    throw rejected(`the ${what} does not fit its schema`, violations);
  };
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(judge) : judge(result);
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
