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
 * | Heartbeat | load u32 |
 * | Announce | payload: { behaviors, draining, peers } |
 * | Goodbye | – |
 *
 * `name` is an id u16 that a Name message bound before, or 0xFFFF followed by length u16 and text.
 * `options` is a byte: 1 = sender's process u48 follows, 2 = headers follow (length u32, payload), 4 = the call's path follows
 * (length u32, payload: ref and turn of each process that waits for this call). A payload runs to the end;
 * no bytes = undefined.
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
