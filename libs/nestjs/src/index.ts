/**
 * The Nest module: behaviors as provider classes, and the services to start, call and watch processes. Begin at {@link NoexModule}.
 *
 * @module @noex/nestjs
 */
export {
  BehaviorContract,
  BehaviorNotFoundError,
  CallTimeoutError,
  ClusterStartError,
  defineContract,
  describeExit,
  DeadlockError,
  DrainingError,
  InvalidMessageError,
  InvalidOptionsError,
  MessageTooLargeError,
  NameClaimTimeoutError,
  NameTakenError,
  NodeDownError,
  NodeNotRunningError,
  NodeUnreachableError,
  NoexError,
  NoQuorumError,
  OverloadedError,
  ProcessExitedError,
  ProcessNotFoundError,
  ProcessRef,
  RemoteError,
  SerializationError,
  SpawnFailedError,
  SpawnRefusedError,
  SpawnTimeoutError,
  type Arbiter,
  type ArbiterHost,
  type ExitReason,
  type Lease,
  type NodeDownReason,
  type Outcome,
  type Taken,
} from '@noex/contracts';
export type {
  Candidate,
  ClusterNode,
  ClusterSpawnOptions,
  ClusterStatus,
  DrainLedger,
  NameConflict,
  NameLoss,
  OnConflict,
  Placement,
  QuorumRule,
  RegisterOptions,
} from '@noex/cluster';
export type {
  CallOptions,
  DeferredReply,
  DrainResult,
  MailboxOptions,
  Monitor,
  Observer,
  ProcessContext,
  ProcessDown,
  ProcessInfo,
  ProcessTree,
  SpawnOptions,
  StateMachineContext,
} from '@noex/runtime';
export type { GroupChange } from '@noex/runtime';
export {
  ChildError,
  Supervisor,
  type ChildCount,
  type ChildErrorCode,
  type ChildInfo,
  type ChildSpec,
  type DynamicChildSpec,
  type RestartPolicy,
  type Strategy,
  type WhichChild,
} from '@noex/runtime';
export { HandleCall, HandleCast, HandleDown, HandleInfo } from './behavior/handler.decorators.js';
export {
  behaviorDefinition,
  behaviorMetadata,
  type BehaviorDefinition,
  type HandlerDefinition,
  type NoexBehaviorOptions,
} from './behavior/behavior-metadata.js';
export { createCluster } from './cluster.factory.js';
export { NoexBehavior } from './behavior/noex-behavior.decorator.js';
export type { Violation } from './behavior/payload-validation.js';
export type { ContextPropagator, HandledMessage, SentMessage } from './context/context-propagator.js';
export { isNoexContext, NoexContext, type HandledKind } from './enhancers/noex-context.js';
export { Ctx, Payload } from './enhancers/param.decorators.js';
export { noexPinoParams } from './logging/noex-pino.js';
export { NoexHealthIndicator } from './health/noex.health-indicator.js';
export type { Finding, Readiness, ReadinessState } from './health/readiness.js';
export {
  ManagementServer,
  type ManagementAnswer,
  type ManagementHandler,
} from './management/management-server.js';
export { InjectNoex } from './nodes/inject-noex.decorator.js';
export { getNoexToken } from './nodes/node-token.js';
export type { NoexFeatureOptions } from './noex-feature.module.js';
export {
  NoexModule,
  type NoexModuleAsyncOptions,
  type NoexOptionsFactory,
  type NoexRootOptions,
} from './noex.module.js';
export type { NoexModuleOptions } from './options/noex-options.js';
export type { ResolvedNoexOptions, TransportFactory } from './options/resolved-options.js';
export { ClusterService, type QuorumState } from './services/cluster.service.js';
export type { BeforeDrain, OnDrain } from './shutdown/hooks.js';
export { GlobalRegistryService } from './services/global-registry.service.js';
export { getClientToken, InjectClient, type ClientRegistration } from './services/inject-client.decorator.js';
export type { NamedProcess } from './services/named-process.js';
export { ProcessGroupsService } from './services/process-groups.service.js';
export type { ProcessClient } from './services/process-client.js';
export { RemoteCallService, type CastOptions } from './services/remote-call.service.js';
export { RemoteMonitorService, type MonitorDown } from './services/remote-monitor.service.js';
export { RemoteSpawnService } from './services/remote-spawn.service.js';
export {
  OnEnter,
  OnEventTimeout,
  OnStateTimeout,
  State,
  StateMachine,
} from './state-machine/state-machine.decorators.js';
export type { StateMachineOptions } from './state-machine/state.metadata.js';
export type {
  SupervisedBehavior,
  SupervisedChild,
  SupervisedRoot,
  SupervisedTree,
} from './supervision/supervision-options.js';
export { SupervisionService } from './supervision/supervision.service.js';
export { NOEX_OPTIONS } from './tokens.js';
