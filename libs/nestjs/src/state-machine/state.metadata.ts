const MACHINE_METADATA = 'noex:state-machine';
const STATES_METADATA = 'noex:states';

/** What `@StateMachine` says. */
export interface StateMachineOptions<State extends string = string> {
  /** The state it starts in, unless `init` asks for another with `ctx.become`. */
  readonly initial: State;
  /**
   * All its states. Default: those that its decorators name. Given, a decorator that names another is refused at the start of the
   * app.
   */
  readonly states?: readonly State[];
}

export function defineMachine(type: object, options: StateMachineOptions): void {
  Reflect.defineMetadata(MACHINE_METADATA, options, type);
}

/** The options of a state machine's class, its own or inherited; undefined for other classes. */
export function machineMetadata(type: object): StateMachineOptions | undefined {
  return Reflect.getMetadata(MACHINE_METADATA, type) as StateMachineOptions | undefined;
}

/** Throws TypeError when the method has its states already: `@State` is for calls, casts, infos and downs. */
export function defineStates(target: object, method: object, states: readonly string[]): void {
  if (Reflect.hasOwnMetadata(STATES_METADATA, method)) {
    throw new TypeError(
      `${target.constructor.name}.${(method as { name?: string }).name} has its states named twice; name them in one decorator`,
    );
  }
  Reflect.defineMetadata(STATES_METADATA, states, method);
}

/** The states in which a method holds; empty: in any. */
export function statesOf(method: unknown): readonly string[] {
  return (Reflect.getMetadata(STATES_METADATA, method as object) as readonly string[] | undefined) ?? [];
}
