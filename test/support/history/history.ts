/**
 * What nodes write down while faults happen to them: one event per line, as JSON. A history is the events of all nodes of a
 * run together; `checkHistory` says which promise it shows broken.
 */
export type HistoryEvent = { readonly at: number; readonly node: string; readonly incarnation: number } & (
  | { readonly kind: 'started' }
  /** The node left in order; one that is killed writes nothing. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'node_up'; readonly peer: string; readonly peerIncarnation: number }
  | {
      readonly kind: 'node_down';
      readonly peer: string;
      readonly peerIncarnation: number;
      readonly reason: string;
    }
  /** `spawn` is unique in the run, like `call`. */
  | { readonly kind: 'spawn_sent'; readonly spawn: string }
  | {
      readonly kind: 'spawn_ended';
      readonly spawn: string;
      /** `ok`, or the code of the error. */
      readonly result: string;
      /** With `ok`: the process. */
      readonly ref?: string;
    }
  /** `ref` is the text form of a process reference; `spawn` is the request it was started for, where it is known. */
  | { readonly kind: 'process_started'; readonly ref: string; readonly spawn?: string }
  | { readonly kind: 'process_ended'; readonly ref: string; readonly reason: string }
  /** `call` is unique in the run: the caller's node, incarnation and a count. */
  | { readonly kind: 'call_sent'; readonly call: string; readonly to: string }
  | {
      readonly kind: 'call_ended';
      readonly call: string;
      /** `ok`, or the code of the error. */
      readonly result: string;
      /** Of the error. */
      readonly outcome?: 'not-run' | 'unknown' | 'ran';
    }
  /** Written by the process that handled it. */
  | { readonly kind: 'call_handled'; readonly call: string; readonly by: string }
  /** `sequence` counts what one sender (any text that names it) sent to one process, from 1. */
  | { readonly kind: 'message_sent'; readonly sender: string; readonly to: string; readonly sequence: number }
  | {
      readonly kind: 'message_handled';
      readonly sender: string;
      readonly by: string;
      readonly sequence: number;
    }
  /** `by` is the process that set it; nothing comes of it once that has ended. Without `by` it is the node's own. */
  | {
      readonly kind: 'monitor_set';
      readonly monitor: string;
      readonly target: string;
      readonly by?: string;
    }
  | { readonly kind: 'monitor_cancelled'; readonly monitor: string }
  | { readonly kind: 'monitor_fired'; readonly monitor: string; readonly reason: string }
  /** At the end of the run, from each node that lives: whom it sees as up, and its processes. */
  | {
      readonly kind: 'view';
      readonly peers: readonly { readonly id: string; readonly incarnation: number }[];
      readonly processes: readonly string[];
    }
);

/** An event without its time and place. */
export type EventBody = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, 'at' | 'node' | 'incarnation'>
    : never
  : never;

export interface Violation {
  /** The promise, in the words of docs/guarantees.md as far as it has them. */
  readonly promise: string;
  /** What happened instead, with the ids to look for. */
  readonly found: string;
}
