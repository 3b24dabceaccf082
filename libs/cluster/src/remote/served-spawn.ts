import { toErrorData, type ProcessRef } from '@noex/contracts';
import type { LocalNode } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import type { PeerLink } from './peer-link.js';
import { sendError } from './send-error.js';

/** A spawn asked for by a peer, until the peer says that it has the ref. */
export class ServedSpawn {
  private ref: ProcessRef | undefined;
  private undone = false;
  private behavior: string | undefined;

  constructor(
    private readonly node: LocalNode,
    private readonly peer: PeerLink,
    private readonly table: Map<number, ServedSpawn>,
    private readonly id: number,
  ) {
    table.set(id, this);
  }

  run(behavior: string, args: unknown, name: string | undefined, timeoutMs: number): void {
    this.node.spawn(behavior, { args, timeoutMs, ...(name === undefined ? {} : { name }) }).then(
      (ref) => {
        this.ref = ref;
        this.behavior = behavior;
        if (this.undone) return this.kill();
        this.peer.control((writer) => writer.aboutProcess(FrameKind.Spawned, this.id, ref.id));
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
    this.node.lose('spawn_undone', 'spawn', this.behavior);
    this.node.exit(this.ref!, 'kill');
  }
}

/** Answers a spawn that does not happen. */
export function refuseSpawn(peer: PeerLink, id: number, error: unknown): void {
  sendError(peer, FrameKind.SpawnFailed, id, toErrorData(error));
}
