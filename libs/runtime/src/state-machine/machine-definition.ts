import type { ExitReason } from '@noex/contracts';
import type { MailboxOptions } from '../mailbox.js';
import type { MachineContext } from './machine-context.js';
import type { Transition } from './transition.js';

/** A handler in the one form both forms of a state machine compile to; may return a promise. */
export type MachineHandler = (payload: unknown, data: unknown, context: MachineContext) => unknown;

/** What a machine does in one state; the handlers that hold in any state are already among them. */
export interface StateTable {
  readonly call: ReadonlyMap<string, MachineHandler>;
  readonly cast: ReadonlyMap<string, MachineHandler>;
  readonly info: ReadonlyMap<string, MachineHandler>;
  readonly down: MachineHandler | undefined;
  /** Its payload is the state the machine comes from; undefined at the start. */
  readonly enter: MachineHandler | undefined;
  /** The payload of both is the state the machine is in. */
  readonly stateTimeout: MachineHandler | undefined;
  readonly eventTimeout: MachineHandler | undefined;
}

/** A state machine, in whatever form it was written. */
export interface MachineDefinition {
  readonly name: string;
  readonly crashOnCallError: boolean;
  readonly shutdownMs: number;
  readonly mailbox?: MailboxOptions;
  /** As in `BehaviorDriver`. */
  readonly followed: boolean;
  readonly states: ReadonlyMap<string, StateTable>;
  /** The first transition, or a promise of it. */
  init(args: unknown, context: MachineContext): unknown;
  /** What a handler decided: by what it returned (the functional form) or asked for (the class form). */
  decided(returned: unknown, context: MachineContext): Transition;
  readonly terminate: ((reason: ExitReason, data: unknown, context: MachineContext) => unknown) | undefined;
}
