import type { CallArguments, CallName, ReplyOf } from '@noex/contracts';
import type { CallOptions } from '@noex/runtime';

/** A process as an object: each of its call handlers is a method that resolves with the reply. */
export type ProcessClient<B> = {
  readonly [M in CallName<B>]: (...args: CallArguments<B, M, CallOptions>) => Promise<ReplyOf<B, M>>;
};

/** Sends one call; `method` is the handler's name. */
export type ClientCall = (
  method: string,
  payload: unknown,
  options: CallOptions | undefined,
) => Promise<unknown>;

type Method = (payload?: unknown, options?: CallOptions) => Promise<unknown>;

/** Asked for by the language and by tools of any object, and by Nest of any provider; no handler goes by these names. */
const RESERVED: ReadonlySet<PropertyKey> = new Set([
  'then',
  'toJSON',
  'constructor',
  'onModuleInit',
  'onApplicationBootstrap',
  'onModuleDestroy',
  'beforeApplicationShutdown',
  'onApplicationShutdown',
  'beforeDrain',
]);

/** `defaults` hold for every call and give way to a call's own options. */
export function processClient<B>(call: ClientCall, defaults: CallOptions | undefined): ProcessClient<B> {
  const methods = new Map<string, Method>();
  const method = (name: string): Method => {
    let made = methods.get(name);
    if (!made) {
      made = (payload, options) =>
        call(name, payload, defaults && options ? { ...defaults, ...options } : (options ?? defaults));
      methods.set(name, made);
    }
    return made;
  };
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => (typeof key === 'string' && !RESERVED.has(key) ? method(key) : undefined),
  }) as ProcessClient<B>;
}
