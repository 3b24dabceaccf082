import { markHandler, type HandlerMetadata } from '../behavior/behavior-metadata.js';
import { defineMachine, defineStates, type StateMachineOptions } from './state.metadata.js';

/**
 * Beside `@NoexBehavior`: makes its processes state machines (OTP manual, gen_statem). Handlers get a `StateMachineContext`, whose
 * `become` and `postpone` say what follows. The instance holds the data, its methods are bound to states by the decorators
 * below; several methods may handle one message in different states if they give it a name: `@State('open') @HandleCall('push')`.
 */
export function StateMachine(options: StateMachineOptions): ClassDecorator {
  return (target) => {
    if (typeof options?.initial !== 'string' || options.initial === '') {
      throw new TypeError(
        `@StateMachine() on class ${target.name} needs the state it starts in: { initial }`,
      );
    }
    defineMachine(target, options);
  };
}

/** The handler holds in these states only, and comes before one without `@State`. */
export function State(...states: [string, ...string[]]): MethodDecorator {
  return (target, _key, descriptor) => defineStates(target, descriptor.value as object, states);
}

/**
 * Runs when the machine comes into one of these states from another, and at the start: `(from, ctx)`, where `from` is undefined at
 * the start. It may set timeouts, but neither change the state nor postpone.
 */
export function OnEnter(...states: [string, ...string[]]): MethodDecorator {
  return stateHandler('enter', states);
}

/** Runs when the state timeout (`become(state, { timeoutMs })`) is over: `(state, ctx)`. Without states: in any. */
export function OnStateTimeout(...states: string[]): MethodDecorator {
  return stateHandler('state_timeout', states);
}

/** Runs when the event timeout (`become(state, { eventTimeoutMs })`) is over: `(state, ctx)`. Without states: in any. */
export function OnEventTimeout(...states: string[]): MethodDecorator {
  return stateHandler('event_timeout', states);
}

function stateHandler(kind: HandlerMetadata['kind'], states: readonly string[]): MethodDecorator {
  return (target, _key, descriptor) => {
    markHandler(target, descriptor.value as object, { kind, name: kind });
    defineStates(target, descriptor.value as object, states);
  };
}
