/**
 * The messages between two nodes, protocol 1.0. A frame of the transport holds one or more of them, each as
 * `length u32 | kind u8 | body`, numbers big-endian; `length` counts kind and body. Unknown kinds are skipped.
 *
 * | kind | body |
 * |---|---|
 * | Name | id u16, text: from now on `id` stands for this name |
 * | Call | call u32, timeoutMs u32, process u48, name, options, payload |
 * | Cast, Info | process u48, name, options, payload |
 * | Reply | call u32, payload |
 * | Failed | call u32, payload: our error, the request was not carried out |
 * | Threw | call u32, payload: the handler's error |
 * | Spawn | spawn u32, timeoutMs u32, name, payload: { args, name, monitor } |
 * | Spawned | spawn u32, process u48 |
 * | SpawnFailed | spawn u32, payload: error |
 * | SpawnTaken | spawn u32: the caller has the ref; until then the process is undone if the link is lost |
 * | SpawnUndo | spawn u32: the caller gave up |
 * | Monitor | monitor u32, process u48 |
 * | Demonitor | monitor u32 |
 * | Down | monitor u32, payload: reason |
 * | Exit | process u48, payload: reason |
 * | Heartbeat | load u32, then once per interval: stamp u32, then where there is one: echo u32, heldFor u32 |
 * | Announce | payload: { behaviors, draining, peers } |
 * | Goodbye | – |
 * | Chunk | left u32, bytes: the next part of one message, `length` and `kind` included, that is too large for a frame |
 * | Link | process u48 of the sender's, other u48 |
 * | Unlink | process u48, other u48, unlink u32 |
 * | Unlinked | process u48, other u48, unlink u32: nothing of the link comes any more that was sent before this Unlink arrived |
 * | LinkExit | process u48, other u48, payload: reason that the process ended for, which is linked to the other |
 * | SpawnMoved | –: a spawn of the sender that the receiver refused because it leaves runs on another node |
 * | NameAdd | payload: [[global name, process, epoch], …] of the sender's processes |
 * | NameRemove | payload: [[global name, process], …] |
 * | NameSynced | –: all names that the sender's processes had when the connection came up have been sent |
 * | NameRequest | request u32, payload: { op, name, process, … }, op: claim, confirm, register or unregister |
 * | NameReply | request u32, payload: { yes, epoch, error } |
 * | NameCancel | request u32: the claim is given up |
 * | GroupJoin, GroupLeave | payload: [[group, process], …] of the sender's processes, one for each time they joined |
 * | NodesLost | payload: names of nodes that the sender lost without a goodbye |
 * | NodesForgotten | payload: names of nodes that will not come back |
 *
 * `name` is an id u16 that a Name message bound before, or 0xFFFF followed by length u16 and text.
 * `options` is a byte: 1 = sender's process u48 follows, 2 = headers follow (length u32, payload), 4 = the call's path follows
 * (length u32, payload: ref and turn of each process that waits for this call). A payload runs to the end;
 * no bytes = undefined. `left` counts what is missing of the message, the bytes at hand included; the next message in parts
 * begins when none is missing. `stamp` is the sender's clock, `echo` the last stamp of the other side, which came `heldFor`
 * before: microseconds modulo 2^32. A Heartbeat of the load alone is news of it between two heartbeats.
 */
export const FrameKind = {
  Name: 1,
  Call: 2,
  Cast: 3,
  Info: 4,
  Reply: 5,
  Failed: 6,
  Threw: 7,
  Spawn: 8,
  Spawned: 9,
  SpawnFailed: 10,
  SpawnTaken: 11,
  SpawnUndo: 12,
  Monitor: 13,
  Demonitor: 14,
  Down: 15,
  Exit: 16,
  Heartbeat: 17,
  Announce: 18,
  Goodbye: 19,
  Chunk: 20,
  Link: 21,
  Unlink: 22,
  Unlinked: 23,
  LinkExit: 24,
  SpawnMoved: 25,
  NameAdd: 32,
  NameRemove: 33,
  NameSynced: 34,
  NameRequest: 35,
  NameReply: 36,
  NameCancel: 37,
  GroupJoin: 40,
  GroupLeave: 41,
  NodesLost: 44,
  NodesForgotten: 45,
} as const;

export const HAS_SENDER = 1;
export const HAS_HEADERS = 2;
export const HAS_PATH = 4;
export const INLINE_NAME = 0xffff;
/** Names bound per direction of a connection; later ones travel inline. Bounds the receiver's memory. */
export const MAX_BOUND_NAMES = 4096;
/** Longer names always travel inline, for the same reason. */
export const MAX_BOUND_NAME_BYTES = 1024;
/** Longest name; its length is a u16. */
export const MAX_NAME_BYTES = 0xffff;
/** length u32 and kind u8. */
export const HEADER_BYTES = 5;
/** The same and left u32. */
export const CHUNK_HEADER_BYTES = HEADER_BYTES + 4;
