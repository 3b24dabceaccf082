/**
 * The vocabulary that all libraries share: refs, exit reasons, errors, and the ports to the network, the clock and the log.
 *
 * @module @noex/contracts
 */
export { arbiterFeature, refusePeer, type NameHistory, type Refusal, type RefusalCode } from './admission.js';
export type { Arbiter, ArbiterHost, Lease, Taken } from './arbiter.js';
export { backoffMs, type BackoffLimits } from './backoff.js';
export { BehaviorContract, defineContract } from './behavior-contract.js';
export { systemClock, type Clock, type TimerHandle } from './clock.js';
export { DropCounter } from './drop-counter.js';
export { RefusalLog, type RefusalEntry } from './refusal-log.js';
export {
  answeredError,
  BehaviorNotFoundError,
  CallTimeoutError,
  ClusterStartError,
  DeadlockError,
  DrainingError,
  exitedError,
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
  RemoteError,
  SerializationError,
  SpawnFailedError,
  SpawnRefusedError,
  SpawnTimeoutError,
  toErrorData,
  type ErrorData,
  type Outcome,
} from './errors.js';
export { describeExit, isPlannedExit, type ExitReason } from './exit-reason.js';
export { identityOf, isCount, isName, readHello, readRefusal, type Hello } from './hello.js';
export { isErrorStatus } from './http-status.js';
export { silentLogger, type LogFields, type Logger } from './logger.js';
export {
  PROTOCOL_VERSION,
  type NodeDownReason,
  type NodeIdentity,
  type PeerIdentity,
  type ProtocolVersion,
} from './node-identity.js';
export { PeerTable, type TableConnection } from './peer-table.js';
export { ProcessRef } from './process-ref.js';
export { MIN_SECRET_BYTES, parseSecretFile, secretProblem, type SecretRules } from './secrets.js';
export type { PeerConnection, Transport, TransportHost } from './transport.js';
export type {
  CallArguments,
  CallName,
  CastArguments,
  CastName,
  ReplyOf,
  SpawnArgs,
} from './typed-messages.js';
