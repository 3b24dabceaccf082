/**
 * Processes on one node, without Nest and without a network.
 *
 * @module @noex/runtime
 */
export { anyAsync, currentActivity, type Activity } from './activity.js';
export {
  MessageRejected,
  NO_HANDLER,
  POSTPONED,
  type BehaviorDriver,
  type DrainResult,
  type ProcessCell,
  type ProcessDown,
} from './behavior.js';
export type { Census } from './census.js';
export { HandOver } from './hand-over.js';
export {
  Latencies,
  LATENCY_BOUNDS,
  LatencyHistogram,
  microsOf,
  MOST_BEHAVIORS,
  OTHER_BEHAVIOR,
  type BehaviorLatency,
} from './latency.js';
export { addRemoteLink, removeRemoteLink } from './links.js';
export { LocalNode } from './local-node.js';
export { DEFAULT_MAILBOX_LIMIT, type LocalNodeOptions } from './local-node-options.js';
export type { MailboxOptions } from './mailbox.js';
export {
  Message,
  MessageKind,
  type CallPath,
  type CallStep,
  type Headers,
  type ReplyTarget,
} from './message.js';
export type { Messenger } from './messenger.js';
export type { DownListener, Monitor } from './monitor.js';
export { CallOutcomes, codeOf, EXIT_KINDS, NodeCounters } from './node-counters.js';
export type { Observer, ProcessInfo, ProcessTree } from './observer.js';
export { DEFAULT_CALL_TIMEOUT_MS, PendingCall } from './pending-call.js';
export { DEFAULT_SHUTDOWN_MS, defineBehavior, plainDriver, type PlainBehavior } from './plain-behavior.js';
export type { CallOptions, DeferredReply, ProcessContext, SpawnOptions } from './process-context.js';
export type { ProcessLease } from './process-lease.js';
export {
  ProcessGroups,
  type GroupChange,
  type GroupHost,
  type GroupListener,
} from './groups/process-groups.js';
export { GroupTable } from './groups/group-table.js';
export type { MachineContext } from './state-machine/machine-context.js';
export type { MachineDefinition, MachineHandler, StateTable } from './state-machine/machine-definition.js';
export { machineDriver } from './state-machine/machine.driver.js';
export type { StateContext, StateMachineContext } from './state-machine/state-machine-context.js';
export { stateMachineDriver } from './state-machine/state-machine.driver.js';
export { defineStateMachine, type StateMachine } from './state-machine/state-machine.js';
export { keep, next, postpone, Transition, type TimeoutActions } from './state-machine/transition.js';
export type { LinkedProcess, RemoteLinkEnd } from './process-extras.js';
export { DEFAULT_SPAWN_TIMEOUT_MS } from './start-process.js';
export { TimerWheel, WheelEntry } from './timer-wheel.js';
export { ChildError, type ChildErrorCode } from './supervisor/child-error.js';
export type { ChildStatus } from './supervisor/children.js';
export {
  CHILD_RULES,
  duplicateIds,
  fieldProblems,
  SUPERVISOR_RULES,
  type SpecProblem,
} from './supervisor/spec-check.js';
export {
  startSupervisor,
  stopSupervisor,
  Supervisor,
  type StartSupervisorOptions,
  type SupervisorCaller,
} from './supervisor/supervisor.js';
export type { ChildCount, ChildInfo, SupervisorCalls, WhichChild } from './supervisor/supervisor-calls.js';
export { supervisorDriver, type SupervisorDriver } from './supervisor/supervisor.driver.js';
export type {
  ChildSpec,
  ChildType,
  DynamicChildSpec,
  RestartPolicy,
  Strategy,
  SupervisorSpec,
} from './supervisor/supervisor-spec.js';
export { watchUnhandledRejections } from './unhandled-rejections.js';
export { requireTimeLimit } from './time-limit.js';
