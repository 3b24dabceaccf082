import { DrainingError, toErrorData, type ExitReason, type ProcessRef } from '@noex/contracts';
import { DEFAULT_SPAWN_TIMEOUT_MS, type LocalNode } from '@noex/runtime';
import type { NodeSpawnOptions } from '../spawn-options.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { PeerLink } from './peer-link.js';
import { sendDown } from './send-down.js';
import { sendError } from './send-error.js';
import type { Serving } from './serving.js';

/** Where processes are started. */
export interface SpawnHost {
  readonly node: LocalNode;
  spawn(behavior: string, options: NodeSpawnOptions): Promise<ProcessRef>;
}

/** A spawn asked for by a peer, until the peer says that it has the ref. */
export class ServedSpawn {
  private ref: ProcessRef | undefined;
  private undone = false;
  private behavior: string | undefined;
  private endedWith: ExitReason | undefined;

  constructor(
    private readonly host: SpawnHost,
    private readonly peer: PeerLink,
    private readonly table: Map<number, ServedSpawn>,
    private readonly id: number,
    private readonly serving: Serving,
  ) {
    table.set(id, this);
  }

  /** `monitor`: the number under which the caller wants to hear of the end of the process. */
  run(behavior: string, options: NodeSpawnOptions, monitor: number | undefined): void {
    const { node } = this.host;
    this.serving.beginSpawn(node.clock.now() + (options.timeoutMs ?? DEFAULT_SPAWN_TIMEOUT_MS));
    const onDown = (reason: ExitReason) => {
      this.endedWith = reason;
      if (this.ref) sendDown(this.peer, monitor!, reason);
    };
    this.host.spawn(behavior, monitor === undefined ? options : { ...options, onDown }).then(
      (ref) => {
        this.serving.endSpawn();
        this.ref = ref;
        this.behavior = behavior;
        if (this.undone) return this.kill();
        this.peer.control((writer) => writer.aboutProcess(FrameKind.Spawned, this.id, ref.id));
        // It ended before the caller knew it: the news comes after the ref.
        if (this.endedWith !== undefined) sendDown(this.peer, monitor!, this.endedWith);
      },
      (error: unknown) => {
        this.serving.endSpawn();
        this.table.delete(this.id);
        if (!this.undone) refuseSpawn(this.peer, this.id, error);
      },
    );
  }

  /** The caller gave up or is lost: no orphan is left. */
  undo(): void {
    this.undone = true;
    if (this.ref) this.kill();
  }

  /** The node leaves before it could start the process; nothing of it is left. */
  refuse(): void {
    if (this.ref || this.undone) return;
    this.undone = true;
    refuseSpawn(this.peer, this.id, drainingError(this.host.node.id));
  }

  private kill(): void {
    const { node } = this.host;
    node.lose('spawn_undone', 'spawn', this.behavior);
    node.exit(this.ref!, 'kill');
  }
}

/** The error of a request that a leaving node does not take. */
export function drainingError(node: string): DrainingError {
  return new DrainingError(`node "${node}" is shutting down and takes no new work`, { node });
}

/** Answers a spawn that does not happen. */
export function refuseSpawn(peer: PeerLink, id: number, error: unknown): void {
  sendError(peer, FrameKind.SpawnFailed, id, toErrorData(error));
}
