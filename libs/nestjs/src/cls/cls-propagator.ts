import { ClsServiceManager } from 'nestjs-cls';
import type { ContextPropagator, HandledMessage, SentMessage } from '../context/context-propagator.js';

const PREFIX = 'cls.';

/**
 * Carries values of `nestjs-cls` to the handlers of what is sent, on whatever node: there the same keys have the same values. They
 * travel as JSON in the message's headers, so only what survives that arrives.
 *
 * ```ts
 * NoexModule.forRoot({ propagators: [clsPropagator({ keys: ['userId', 'tenant'] })] })
 * ```
 */
export function clsPropagator({ keys }: { readonly keys: readonly string[] }): ContextPropagator {
  return {
    send<R>({ headers }: SentMessage, next: () => R): R {
      const cls = ClsServiceManager.getClsService();
      if (!cls.isActive()) return next();
      for (const key of keys) {
        const value = asJson(cls.get<unknown>(key));
        if (value !== undefined) headers[PREFIX + key] = value;
      }
      return next();
    },
    handle<R>({ headers }: HandledMessage, next: () => R): R {
      const cls = ClsServiceManager.getClsService();
      // Of its own: a handler must not see, or change, what belongs to whoever happened to wake its process.
      return cls.runWith({}, () => {
        for (const key of keys) {
          const text = headers[PREFIX + key];
          if (text !== undefined) cls.set(key, fromJson(text));
        }
        return next();
      });
    },
  };
}

/** Undefined for what has no JSON form. */
function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** A peer may send anything. */
function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
