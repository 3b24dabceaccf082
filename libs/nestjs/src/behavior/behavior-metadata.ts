import type { Type } from '@nestjs/common';
import type { MailboxOptions, RestartPolicy } from '@noex/runtime';
import { clash, declaredMachine, type DeclaredMachine } from '../state-machine/state-names.js';
import type { StandardSchema } from './standard-schema.js';
import { machineMetadata, statesOf } from '../state-machine/state.metadata.js';

export const BEHAVIOR_METADATA = 'noex:behavior';
export const HANDLER_METADATA = 'noex:handler';

/** What `@NoexBehavior` says besides the name. */
export interface NoexBehaviorOptions {
  /** A call handler that throws also ends the process (strict OTP). Default false: only its caller gets the error. */
  readonly crashOnCallError?: boolean;
  /** Time `terminate` may take, in milliseconds. Default 5000. */
  readonly shutdownMs?: number;
  /** Its mailbox' limit and what happens beyond it. Default: the node's limit, and new messages are refused. */
  readonly mailbox?: MailboxOptions;
  /**
   * Whether its process is known to the code its handlers start, after an `await` too: that is how a deadlock is found, a call
   * made through a service carries its sender, and a rejection that nobody handles is told with its process instead of ending
   * the app. Default true. False, for behaviors that never wait for anything, makes their messages cheaper on Node 20.
   */
  readonly followed?: boolean;
  /** Class or Standard Schema that the arguments of a spawn are checked by before `init`. Default: they are not. */
  readonly args?: Type | StandardSchema;
  /** Whether payloads are checked by their declared classes and schemas. Default true. */
  readonly validate?: boolean;
  /** Whether other nodes may start it here. Default true. */
  readonly remote?: boolean;
  /** Starts a process of it with the node, under the root supervisor; with `args`, and registered under `name`. Default false. */
  readonly autoStart?: boolean | { readonly args?: unknown; readonly name?: string };
  /** Which node of the app it belongs to, where that has several: the `name` of its `forRoot`. Default: the node without a name. */
  readonly node?: string;
  /** When a supervisor restarts it, unless the tree says otherwise. Default `permanent`. */
  readonly restart?: RestartPolicy;
}

export interface HandlerMetadata {
  readonly kind: 'call' | 'cast' | 'info' | 'down' | 'enter' | 'state_timeout' | 'event_timeout';
  readonly name: string;
  /** Checks the payload in place of its declared class. */
  readonly schema?: StandardSchema;
}

/** A handler method of a behavior class. */
export interface HandlerDefinition extends HandlerMetadata {
  readonly method: string;
  /** States of a state machine in which it holds; empty: in any. */
  readonly states: readonly string[];
}

/** A behavior class as the app found it. */
export interface BehaviorDefinition {
  readonly name: string;
  readonly type: Type;
  readonly options: NoexBehaviorOptions;
  readonly handlers: readonly HandlerDefinition[];
  /** Set for a state machine. */
  readonly machine: DeclaredMachine | undefined;
}

/** Throws TypeError when the method is a handler already. */
export function markHandler(target: object, method: object, metadata: HandlerMetadata): void {
  if (Reflect.hasOwnMetadata(HANDLER_METADATA, method)) {
    throw new TypeError(
      `${target.constructor.name}.${(method as { name?: string }).name} has two handler decorators; give each its own method`,
    );
  }
  Reflect.defineMetadata(HANDLER_METADATA, metadata, method);
}

/** The name and options that `@NoexBehavior` put on a class; undefined for other classes. */
export function behaviorMetadata(type: unknown): { name: string; options: NoexBehaviorOptions } | undefined {
  return typeof type === 'function' ? Reflect.getOwnMetadata(BEHAVIOR_METADATA, type) : undefined;
}

/** Reads a behavior class: its name, options and handlers, inherited ones included. Throws TypeError on a contradiction. */
export function behaviorDefinition(type: Type, methodNames: readonly string[]): BehaviorDefinition {
  const { name, options } = behaviorMetadata(type)!;
  const prototype = type.prototype as Record<string, unknown>;
  const handlers: HandlerDefinition[] = [];
  for (const method of methodNames) {
    const metadata = Reflect.getMetadata(HANDLER_METADATA, prototype[method] as object) as
      HandlerMetadata | undefined;
    if (!metadata) continue;
    const states = statesOf(prototype[method]);
    const twin = handlers.find(
      (other) =>
        other.kind === metadata.kind &&
        (other.name === metadata.name || other.kind === 'down') &&
        clash(states, other.states),
    );
    if (twin) {
      throw new TypeError(
        `behavior "${name}" (${type.name}) has two ${metadata.kind} handlers for "${metadata.name}": ${twin.method} and ${method}`,
      );
    }
    handlers.push({ ...metadata, method, states });
  }
  const machine = declaredMachine(type.name, machineMetadata(type), handlers);
  return { name, type, options, handlers, machine };
}
