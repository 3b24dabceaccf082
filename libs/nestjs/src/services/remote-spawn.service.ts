import { Injectable, type Type } from '@nestjs/common';
import type { BehaviorContract, ExitReason, ProcessRef, SpawnArgs } from '@noex/contracts';
import { Cluster, type ClusterSpawnOptions } from '@noex/cluster';
import { behaviorName } from '../behavior/behavior-name.js';

/** `args` may be left out where `init` takes none. */
type SpawnParameters<B> =
  undefined extends SpawnArgs<B>
    ? [options?: ClusterSpawnOptions<SpawnArgs<B>>]
    : SpawnArgs<B> extends void
      ? [options?: ClusterSpawnOptions<undefined>]
      : [options: ClusterSpawnOptions<SpawnArgs<B>> & { readonly args: SpawnArgs<B> }];

/** Starts and stops processes, here or on any node. */
@Injectable()
export class RemoteSpawnService {
  constructor(private readonly cluster: Cluster) {}

  /**
   * Starts a process of a behavior class, or of the contract or name of one that this app need not have. Resolves when its `init` has
   * finished. Rejects with BehaviorNotFoundError, SpawnRefusedError, SpawnFailedError, SpawnTimeoutError,
   * NodeUnreachableError, NodeDownError, DrainingError, OverloadedError, NameTakenError; with `globalName` also NoQuorumError and
   * NameClaimTimeoutError.
   */
  spawn<B extends object>(
    behavior: Type<B> | BehaviorContract<B>,
    ...[options]: SpawnParameters<B>
  ): Promise<ProcessRef<B>>;
  spawn<B = unknown>(behavior: string, options?: ClusterSpawnOptions): Promise<ProcessRef<B>>;
  async spawn(
    behavior: Type | BehaviorContract | string,
    options?: ClusterSpawnOptions,
  ): Promise<ProcessRef> {
    return this.cluster.spawn(behaviorName(behavior), options);
  }

  /** Asks a process to stop after the message it is working on; `kill` ends it at once. */
  stop(process: ProcessRef, reason: ExitReason = 'shutdown'): void {
    this.cluster.exit(process, reason);
  }

  /** The process registered under a name on this node. */
  whereis<B = unknown>(name: string): ProcessRef<B> | undefined {
    return this.cluster.node.whereis(name) as ProcessRef<B> | undefined;
  }

  /** `totalRegistered`: spawns asked for through the cluster; `processes`: processes that live here. */
  getStats(): { totalRegistered: number; processes: number } {
    const { spawns, processes } = this.cluster.stats();
    return { totalRegistered: spawns, processes };
  }
}
