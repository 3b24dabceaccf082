/**
 * How a behavior's type gives the types of its messages. A behavior is either a class whose public methods are handlers,
 * or the plain form, whose `handleCall` / `handleCast` are tables of functions.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- matches any parameter list
type AnyFunction = (...args: any[]) => unknown;

interface PlainForm {
  readonly name: string;
  readonly init: AnyFunction;
}

/** A class may well have a field `name` and a method `init`; only the plain form has tables as well. */
type IsPlain<B> = B extends PlainForm
  ? [Extract<keyof B, 'handleCall' | 'handleCast' | 'handleInfo'>] extends [never]
    ? false
    : true
  : false;

/** Handlers of a plain behavior, or the public methods of a behavior class. */
type HandlersOf<B, Kind extends 'handleCall' | 'handleCast'> =
  IsPlain<B> extends true
    ? B extends { readonly [K in Kind]?: infer Table }
      ? NonNullable<Table>
      : never
    : Omit<B, 'init' | 'terminate'>;

type FunctionKeys<T> = { [K in keyof T]: T[K] extends AnyFunction ? K : never }[keyof T] & string;

/** Distinguishes `ProcessRef<unknown>`, whose messages are not checked. */
type IsUnknown<B> = unknown extends B ? true : false;

/** Calls that a behavior or contract has; any text where nothing is known of it. */
export type CallName<B> = IsUnknown<B> extends true ? string : FunctionKeys<HandlersOf<B, 'handleCall'>>;
/** Casts that a behavior or contract has; any text where nothing is known of it. */
export type CastName<B> = IsUnknown<B> extends true ? string : FunctionKeys<HandlersOf<B, 'handleCast'>>;

/** `void` where the handler takes none; with `undefined` where it may be left out. */
type FirstParameter<F> = F extends (...args: infer Parameters) => unknown
  ? Parameters extends []
    ? void
    : Parameters[0]
  : never;

type PayloadOf<B, Kind extends 'handleCall' | 'handleCast', M> =
  IsUnknown<B> extends true
    ? unknown
    : M extends keyof HandlersOf<B, Kind>
      ? FirstParameter<HandlersOf<B, Kind>[M]>
      : never;

type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** What a call resolves with: a method's result, or the first of the `[reply, state]` of the plain form. */
export type ReplyOf<B, M> =
  IsUnknown<B> extends true
    ? unknown
    : M extends keyof HandlersOf<B, 'handleCall'>
      ? IsPlain<B> extends true
        ? ResultOf<HandlersOf<B, 'handleCall'>[M]> extends readonly [infer Reply, unknown]
          ? Reply
          : never
        : ResultOf<HandlersOf<B, 'handleCall'>[M]>
      : never;

/** The arguments after the method name: the payload may be left out where the handler takes none. */
type PayloadArguments<P, Options> = unknown extends P
  ? [payload?: unknown, options?: Options]
  : [undefined] extends [P]
    ? [payload?: P, options?: Options]
    : [P] extends [void]
      ? [payload?: undefined, options?: Options]
      : [payload: P, options?: Options];

/** What stands behind the method of a call: the payload, left out where the handler takes none, and options. */
export type CallArguments<B, M, Options> = PayloadArguments<PayloadOf<B, 'handleCall', M>, Options>;
/** As `CallArguments`, of a cast. */
export type CastArguments<B, M, Options> = PayloadArguments<PayloadOf<B, 'handleCast', M>, Options>;

type SpawnArgumentsOf<I> = I extends { init: infer Init } ? FirstParameter<Init> : undefined;

/** What `spawn` passes to `init`. */
export type SpawnArgs<B> = IsUnknown<B> extends true ? unknown : SpawnArgumentsOf<B>;
