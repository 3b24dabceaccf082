import { Injectable } from '@nestjs/common';
import type { ProcessRef } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import type { GroupChange } from '@noex/runtime';

/**
 * Named groups of processes of all nodes. What one node tells of its processes takes a moment to arrive, so nodes may for that long
 * disagree, and a process that is listed may have ended.
 */
@Injectable()
export class ProcessGroupsService {
  constructor(private readonly cluster: Cluster) {}

  /** Makes a process of this node a member; one that joins several times leaves as often. False when it does not live here. */
  join(group: string, process: ProcessRef): boolean {
    return this.cluster.groups.join(group, process);
  }

  /** Takes one membership of a process of this node back; false when it has none. Its end takes all. */
  leave(group: string, process: ProcessRef): boolean {
    return this.cluster.groups.leave(group, process);
  }

  /** Of all nodes, this one's first; a process that joined several times is there as often. */
  members<B = unknown>(group: string): ProcessRef<B>[] {
    return this.cluster.groups.members(group) as ProcessRef<B>[];
  }

  /** Of this node. */
  localMembers<B = unknown>(group: string): ProcessRef<B>[] {
    return this.cluster.groups.localMembers(group) as ProcessRef<B>[];
  }

  /** Groups that have a member on any node. */
  getGroups(): string[] {
    return this.cluster.groups.groups();
  }

  /** Calls the listener after each change of the group, on whatever node; returns the function that ends this. */
  onChange(group: string, listener: (change: GroupChange) => void): () => void {
    return this.cluster.groups.onChange(group, listener);
  }

  /** Casts to every process of the group, once each; how many casts were not lost at once. Throws as `cast` does. */
  broadcast(group: string, method: string, payload?: unknown): number {
    return this.cluster.groups.broadcast(group, method, payload);
  }
}
