import { ProcessRef, SerializationError } from '@noex/contracts';

/** Stand-ins for values that MessagePack has no form for; the codec knows them as extension types. */
export class WireMap {
  constructor(readonly entries: readonly (readonly [unknown, unknown])[]) {}
}
export class WireError {
  constructor(
    readonly name: string,
    readonly message: string,
    readonly stack: string | undefined,
    /** Own properties besides these three, `cause` among them. */
    readonly own: Readonly<Record<string, unknown>>,
  ) {}
}
export class WireNegativeZero {}

const NEGATIVE_ZERO = new WireNegativeZero();
const MAX_DEPTH = 200;

/**
 * Checks that a value can cross to another node and swaps what needs a form of its own (Map, Error, -0). Plain data comes
 * back as it is, without a copy. Throws SerializationError that names the path to what cannot be sent.
 */
export function toSendable(value: unknown): unknown {
  return convert(value, null, 0);
}

/** The way from the payload to a value; built only along the current branch and read only for an error. */
interface Path {
  readonly parent: Path | null;
  readonly key: string | number;
}

function convert(value: unknown, path: Path | null, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
    case 'bigint':
      return value;
    case 'number':
      return value === 0 && Object.is(value, -0) ? NEGATIVE_ZERO : value;
    case 'object':
      return value === null ? null : convertObject(value, path, depth);
    default:
      throw notSendable(path, typeof value === 'function' ? 'a function' : 'a symbol');
  }
}

function convertObject(value: object, path: Path | null, depth: number): unknown {
  if (depth > MAX_DEPTH)
    throw notSendable(path, `something nested deeper than ${MAX_DEPTH} levels (a cycle?)`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return convertRecord(value as Record<string, unknown>, path, depth);
  }
  if (Array.isArray(value)) return convertArray(value, path, depth);
  if (
    value instanceof ProcessRef ||
    ArrayBuffer.isView(value) ||
    value instanceof Date ||
    value instanceof RegExp
  ) {
    return value;
  }
  if (value instanceof Map) {
    return new WireMap(
      [...value].map(([key, item], i) => [
        convert(key, { parent: path, key: `key ${i}` }, depth + 1),
        convert(item, { parent: path, key: String(key) }, depth + 1),
      ]),
    );
  }
  if (value instanceof Set) {
    return new Set(convertArray([...value], path, depth) as unknown[]);
  }
  if (value instanceof Error) {
    const { name, message, stack, ...own } = value;
    const fields = own as Record<string, unknown>;
    if ('cause' in value) fields['cause'] = value.cause;
    if (value instanceof AggregateError) fields['errors'] = value.errors;
    return new WireError(name, message, stack, convertRecord(own, path, depth) as Record<string, unknown>);
  }
  if (value instanceof ArrayBuffer) return value;
  if (typeof (value as { then?: unknown }).then === 'function') {
    throw notSendable(path, 'a promise (is an await missing?)');
  }
  // What the language or the platform made (WeakMap, URL, boxed values) has its data elsewhere than in its fields.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind !== 'Object') throw notSendable(path, `a value of type ${kind}`);
  if (!isDataOnly(prototype as object))
    throw notSendable(path, `an instance of ${className(prototype as object)}`);
  // A DTO: its fields are all there is to it.
  return { ...(convertRecord(value as Record<string, unknown>, path, depth) as object) };
}

/** What is known of the prototypes met so far: a memo of `isDataOnly`, which would else look at every key each time. */
const dataOnly = new WeakMap<object, boolean>();

/** Whether instances have fields and nothing else: no prototype on the way to that of all objects holds a method or accessor. */
function isDataOnly(prototype: object): boolean {
  const known = dataOnly.get(prototype);
  if (known !== undefined) return known;
  const parent = Object.getPrototypeOf(prototype) as object | null;
  // The prototype of all objects; that of another realm (vm, a test's sandbox) is another object.
  const isRoot = parent === null && Object.hasOwn(prototype, 'isPrototypeOf');
  const isBare = Reflect.ownKeys(prototype).every((key) => key === 'constructor');
  const result = isRoot || (isBare && (parent === null || isDataOnly(parent)));
  dataOnly.set(prototype, result);
  return result;
}

function className(prototype: object): string {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (typeof constructor === 'function' && constructor.name) || 'a class with methods';
}

function convertRecord(value: Record<string, unknown>, path: Path | null, depth: number): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const item = value[key];
    // Most fields are text or numbers: no path is built for those.
    if (typeof item === 'string' || (typeof item === 'number' && item !== 0)) continue;
    const converted = convert(item, { parent: path, key }, depth + 1);
    if (converted !== item && !Number.isNaN(item)) (copy ??= { ...value })[key] = converted;
  }
  return copy ?? value;
}

function convertArray(value: unknown[], path: Path | null, depth: number): unknown {
  let copy: unknown[] | undefined;
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (typeof item === 'string' || (typeof item === 'number' && item !== 0)) continue;
    const converted = convert(item, { parent: path, key: i }, depth + 1);
    if (converted !== item) (copy ??= value.slice())[i] = converted;
  }
  return copy ?? value;
}

function notSendable(path: Path | null, what: string): SerializationError {
  const keys: string[] = [];
  for (let at = path; at; at = at.parent) {
    keys.unshift(typeof at.key === 'number' ? `[${at.key}]` : `.${at.key}`);
  }
  const where = `payload${keys.join('')}`;
  return new SerializationError(`cannot send ${what} at ${where}; send plain data`, { path: where });
}
