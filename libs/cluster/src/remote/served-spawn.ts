import { toErrorData, type ExitReason, type ProcessRef } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import type { NodeSpawnOptions } from '../spawn-options.js';
import { FrameKind } from '../wire/frame-kind.js';
import type { PeerLink } from './peer-link.js';
import { sendDown } from './send-down.js';
import { sendError } from './send-error.js';

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
  ) {
    table.set(id, this);
  }

  /** `monitor`: the number under which the caller wants to hear of the end of the process. */
  run(behavior: string, options: NodeSpawnOptions, monitor: number | undefined): void {
    const onDown = (reason: ExitReason) => {
      this.endedWith = reason;
      if (this.ref) sendDown(this.peer, monitor!, reason);
    };
    this.host.spawn(behavior, monitor === undefined ? options : { ...options, onDown }).then(
      (ref) => {
        this.ref = ref;
        this.behavior = behavior;
        if (this.undone) return this.kill();
        this.peer.control((writer) => writer.aboutProcess(FrameKind.Spawned, this.id, ref.id));
        // It ended before the caller knew it: the news comes after the ref.
        if (this.endedWith !== undefined) sendDown(this.peer, monitor!, this.endedWith);
      },
      (error: unknown) => {
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

  private kill(): void {
    const { node } = this.host;
    node.lose('spawn_undone', 'spawn', this.behavior);
    node.exit(this.ref!, 'kill');
  }
}

/** Answers a spawn that does not happen. */
export function refuseSpawn(peer: PeerLink, id: number, error: unknown): void {
  sendError(peer, FrameKind.SpawnFailed, id, toErrorData(error));
}
