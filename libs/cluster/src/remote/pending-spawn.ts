import {
  answeredError,
  NodeDownError,
  NodeUnreachableError,
  ProcessRef,
  SpawnFailedError,
  SpawnTimeoutError,
  type ErrorData,
  type NodeDownReason,
} from '@noex/contracts';
import { WheelEntry, type TimerWheel } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { PeerLink } from './peer-link.js';
import type { RequestTable } from './request-table.js';

/** A spawn that a peer was asked for. */
export class PendingSpawn extends WheelEntry {
  constructor(
    private readonly peer: PeerLink,
    private readonly table: RequestTable<PendingSpawn>,
    readonly id: number,
    private readonly behavior: string,
    private readonly timeoutMs: number,
    /** Called with the ref before anything of the process arrives. */
    private readonly started: (ref: ProcessRef) => void,
    private readonly reject: (error: unknown) => void,
    private readonly wheel: TimerWheel,
  ) {
    super();
    wheel.add(this, timeoutMs);
  }

  spawned(process: number): void {
    this.end();
    this.peer.control((writer) => writer.numbered(FrameKind.SpawnTaken, this.id));
    this.started(new ProcessRef(this.peer.identity.id, this.peer.identity.incarnation, process));
  }

  failed(error: ErrorData): void {
    this.end();
    this.reject(answeredError(error) ?? new SpawnFailedError(error.message, { error }));
  }

  /** The request never left. */
  unsent(error: NodeUnreachableError): void {
    this.end();
    this.reject(error);
  }

  /** `saidGoodbye`: the node answered all that it had taken. */
  lost(reason: NodeDownReason, saidGoodbye: boolean): void {
    this.end();
    const node = this.peer.identity.id;
    const what = `a process of "${this.behavior}"`;
    this.reject(
      saidGoodbye
        ? new NodeUnreachableError(`node "${node}" left before it was to start ${what}`, { node, reason })
        : new NodeDownError(`node "${node}" went down (${reason}) while it started ${what}`, {
            node,
            reason,
          }),
    );
  }

  override expire(): void {
    this.end();
    this.peer.control((writer) => writer.numbered(FrameKind.SpawnUndo, this.id));
    const node = this.peer.identity.id;
    this.reject(
      new SpawnTimeoutError(
        `node "${node}" did not start a process of "${this.behavior}" within ${this.timeoutMs} ms`,
        { node, behavior: this.behavior, timeoutMs: this.timeoutMs },
      ),
    );
  }

  private end(): void {
    this.wheel.remove(this);
    this.table.delete(this.id);
  }
}
