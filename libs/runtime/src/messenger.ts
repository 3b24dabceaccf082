import type { ExitReason, ProcessRef } from '@noex/contracts';
import type { Headers } from './message.js';
import type { DownListener, Monitor } from './monitor.js';
import type { CallOptions } from './process-context.js';
import type { LinkedProcess } from './process-extras.js';

/** Reaches processes, wherever they live. Without a `from`, the process whose code is running is the sender. */
export interface Messenger {
  call(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<unknown>;
  cast(to: ProcessRef, method: string, payload: unknown, headers?: Headers, from?: ProcessRef): boolean;
  /** A cast that waits for room; rejects when there was none in time. */
  castAsync(
    to: ProcessRef,
    method: string,
    payload: unknown,
    options?: CallOptions,
    from?: ProcessRef,
  ): Promise<void>;
  send(to: ProcessRef, name: string, payload: unknown, from?: ProcessRef): boolean;
  monitor(target: ProcessRef, down: DownListener): Monitor;
  exit(target: ProcessRef, reason: ExitReason): void;
  /** Ties a process of this node to another; that cannot be tied is an exit signal, `noproc` or `noconnection`. */
  link(process: LinkedProcess, other: ProcessRef): void;
}
