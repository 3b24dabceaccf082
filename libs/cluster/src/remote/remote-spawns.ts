import {
  answeredError,
  NodeDownError,
  ProcessRef,
  SpawnFailedError,
  SpawnTimeoutError,
  type ErrorData,
  type NodeDownReason,
} from '@noex/contracts';
import { WheelEntry, type TimerWheel } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { Peer } from './peer.js';

/** A spawn that a peer was asked for. */
export class PendingSpawn extends WheelEntry {
  constructor(
    private readonly peer: Peer,
    readonly id: number,
    private readonly behavior: string,
    private readonly timeoutMs: number,
    private readonly resolve: (ref: ProcessRef) => void,
    private readonly reject: (error: unknown) => void,
    private readonly wheel: TimerWheel,
  ) {
    super();
    wheel.add(this, timeoutMs);
  }

  spawned(process: number): void {
    this.end();
    this.peer.control((writer) => writer.numbered(FrameKind.SpawnTaken, this.id));
    this.resolve(new ProcessRef(this.peer.identity.id, this.peer.identity.incarnation, process));
  }

  failed(error: ErrorData): void {
    this.end();
    this.reject(answeredError(error) ?? new SpawnFailedError(error.message, { error }));
  }

  lost(reason: NodeDownReason): void {
    this.end();
    const node = this.peer.identity.id;
    this.reject(
      new NodeDownError(
        `node "${node}" went down (${reason}) while it started a process of "${this.behavior}"`,
        {
          node,
          reason,
        },
      ),
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
    this.peer.spawns.delete(this.id);
  }
}

/** A spawn asked for by a peer, until the peer says that it has the ref. */
export class ServedSpawn {
  private ref: ProcessRef | undefined;
  private undone = false;

  constructor(
    private readonly peer: Peer,
    private readonly id: number,
  ) {
    peer.servedSpawns.set(id, this);
  }

  run(behavior: string, args: unknown, name: string | undefined, timeoutMs: number): void {
    this.peer.node.spawn(behavior, { args, timeoutMs, ...(name === undefined ? {} : { name }) }).then(
      (ref) => {
        this.ref = ref;
        if (this.undone) return this.kill();
        this.peer.control((writer) => writer.aboutProcess(FrameKind.Spawned, this.id, ref.id));
      },
      (error: unknown) => {
        this.peer.servedSpawns.delete(this.id);
        if (!this.undone) this.peer.refuseSpawn(this.id, error);
      },
    );
  }

  /** The caller gave up or is lost: no orphan is left. */
  undo(): void {
    this.undone = true;
    if (this.ref) this.kill();
  }

  private kill(): void {
    this.peer.node.drops.add('spawn_undone');
    this.peer.node.exit(this.ref!, 'kill');
  }
}
