/** Deadlines that a transition sets. Both are up to 10 ms late, never early. */
export interface TimeoutActions {
  /**
   * State timeout, in milliseconds: the `timeout` handler runs unless the machine has left the state by then. Setting it again
   * starts it over; `Infinity` takes it off.
   */
  readonly timeoutMs?: number;
  /** Event timeout, in milliseconds: the `eventTimeout` handler runs unless any event was handled by then. */
  readonly eventTimeoutMs?: number;
}

export interface ReplyActions<Reply> extends TimeoutActions {
  /** What the caller gets; nothing for the other kinds of event. */
  readonly reply: Reply;
  readonly postpone?: false;
}

export interface PostponeActions extends TimeoutActions {
  /**
   * Not now: the same event is handled again after the next change of state, before all that came later. A caller keeps waiting.
   * Two states that hand an event to each other like that do so for ever.
   */
  readonly postpone: true;
  readonly reply?: undefined;
}

export interface OtherActions extends TimeoutActions {
  readonly postpone?: false;
  readonly reply?: undefined;
}

type Actions = ReplyActions<unknown> | PostponeActions | OtherActions;

/** What a handler decided. Made by {@link next}, {@link keep} and {@link postpone}. */
export class Transition<State extends string = string, Data = unknown, Reply = unknown> {
  constructor(
    /** Undefined: the machine stays where it is. */
    readonly state: State | undefined,
    readonly data: Data,
    /** The data stay as they are, whatever `data` says. */
    readonly keepsData: boolean,
    readonly reply: Reply,
    readonly postpone: boolean,
    readonly timeoutMs: number | undefined,
    readonly eventTimeoutMs: number | undefined,
  ) {}
}

function transition(
  state: string | undefined,
  data: unknown,
  keepsData: boolean,
  actions: Actions | undefined,
): Transition<never, never, never> {
  return new Transition(
    state,
    data,
    keepsData,
    actions?.reply,
    actions?.postpone ?? false,
    actions?.timeoutMs,
    actions?.eventTimeoutMs,
  ) as Transition<never, never, never>;
}

/**
 * Goes to a state (gen_statem's `next_state`). Where that is another one, its `enter` runs, the state timeout of the old one is
 * off and postponed events are handled again. To name the current state is the same as {@link keep}.
 */
export function next<State extends string, Data, Reply>(
  state: State,
  data: Data,
  actions: ReplyActions<Reply>,
): Transition<State, Data, Reply>;
export function next<State extends string, Data>(
  state: State,
  data: Data,
  actions: PostponeActions,
): Transition<State, Data, never>;
export function next<State extends string, Data>(
  state: State,
  data: Data,
  actions?: OtherActions,
): Transition<State, Data, undefined>;
export function next(state: string, data: unknown, actions?: Actions): unknown {
  return transition(state, data, false, actions);
}

/** Stays in the state (gen_statem's `keep_state`; without arguments `keep_state_and_data`). */
export function keep<Data, Reply>(data: Data, actions: ReplyActions<Reply>): Transition<never, Data, Reply>;
export function keep<Data>(data: Data, actions: PostponeActions): Transition<never, Data, never>;
export function keep<Data>(data: Data, actions?: OtherActions): Transition<never, Data, undefined>;
export function keep(): Transition<never, never, undefined>;
export function keep(...args: [data?: unknown, actions?: Actions]): unknown {
  return transition(undefined, args[0], args.length === 0, args[1]);
}

/** Stays in the state with its data and handles the same event again after the next change of state. */
export function postpone(): Transition<never, never, never> {
  return transition(undefined, undefined, true, { postpone: true });
}
