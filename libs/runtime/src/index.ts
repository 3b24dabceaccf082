export {
  MessageRejected,
  NO_HANDLER,
  type BehaviorDriver,
  type ProcessCell,
  type ProcessDown,
} from './behavior.js';
export { DEFAULT_MAILBOX_LIMIT, LocalNode, type LocalNodeOptions } from './local-node.js';
export { Message, MessageKind, type Headers, type ReplyTarget } from './message.js';
export type { Messenger } from './messenger.js';
export type { DownListener, Monitor } from './monitor.js';
export { DEFAULT_CALL_TIMEOUT_MS, PendingCall } from './pending-call.js';
export { DEFAULT_SHUTDOWN_MS, defineBehavior, plainDriver, type PlainBehavior } from './plain-behavior.js';
export type { CallOptions, DeferredReply, ProcessContext, SpawnOptions } from './process-context.js';
export { TimerWheel, WheelEntry } from './timer-wheel.js';
