/**
 * The messages of a state machine as one table, so that a ref to its process is typed as one to a plain behavior: the names of
 * all its states; a payload that every state takes; a reply that any of them may give.
 */

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- matches any parameter list
type AnyFunction = (...args: any[]) => unknown;

/** Handler tables of one kind, of all states. */
type TablesOf<Definitions, Kind extends string> = Definitions extends { readonly [K in Kind]: infer Table }
  ? Table
  : never;

type NamesOf<Tables> = Tables extends unknown ? keyof Tables & string : never;

/** All handlers of one name. */
type HandlersNamed<Tables, Name extends string> = Tables extends { readonly [N in Name]: infer Handler }
  ? Handler
  : never;

/** One function for each handler that takes a payload. Inferring the parameter of their union gives the intersection. */
type Takes<Handlers> = Handlers extends (...args: infer Parameters) => unknown
  ? Parameters extends []
    ? never
    : (payload: Parameters[0]) => void
  : never;

type RepliesOf<Handlers> = Handlers extends (...args: never[]) => infer Outcome
  ? Awaited<Outcome> extends infer Settled
    ? Settled extends { readonly reply: infer Reply }
      ? Reply
      : undefined
    : never
  : never;

type OneHandler<Handlers> = [Takes<Handlers>] extends [never]
  ? () => [reply: RepliesOf<Handlers>, state: unknown]
  : Takes<Handlers> extends (payload: infer Payload) => void
    ? (payload: Payload) => [reply: RepliesOf<Handlers>, state: unknown]
    : never;

type Merged<Tables> = { readonly [Name in NamesOf<Tables>]: OneHandler<HandlersNamed<Tables, Name>> };

type Table<Tables> = [Tables] extends [never] ? Record<never, AnyFunction> : Merged<Tables>;

/** Carries the types of a machine's messages for inference; never set. */
export interface MachineMessages<Definitions> {
  readonly handleCall?: Table<TablesOf<Definitions, 'call'>>;
  readonly handleCast?: Table<TablesOf<Definitions, 'cast'>>;
}
