import { Injectable } from '@nestjs/common';
import type { ProcessRef } from '@noex/contracts';
import { Cluster, type NameConflict, type RegisterOptions } from '@noex/cluster';

/** Names that are unique in the cluster: one process has one, every node knows whom it means. */
@Injectable()
export class GlobalRegistryService {
  constructor(private readonly cluster: Cluster) {}

  /**
   * Gives the name to a process of any node, until the process ends or `unregister`. Resolves when this node and the process' own
   * know it. Rejects with NameTakenError (`data.holder` is who has it), NoQuorumError, NameClaimTimeoutError,
   * ProcessNotFoundError, NodeUnreachableError, InvalidMessageError: then it is not registered. With NodeDownError or
   * CallTimeoutError, which only a process of another node can bring about, it may be.
   *
   * Nodes that do not see each other may each give the name away. When they meet, the node of the later registration gives it
   * up: its process is stopped, or as `options.onConflict` says. With the option `arbiter` only one of them gets it, for as long as its
   * node can renew the lease.
   */
  register(name: string, process: ProcessRef, options?: RegisterOptions): Promise<void> {
    return this.cluster.names.register(name, process, options);
  }

  /** Takes the name from whoever has it; false when this node knows of nobody. Rejects with NodeDownError or CallTimeoutError. */
  unregister(name: string): Promise<boolean> {
    return this.cluster.names.unregister(name);
  }

  /** The process that has the name, as far as this node knows: reads memory, asks nobody. Never one of a node that is down. */
  whereis<B = unknown>(name: string): ProcessRef<B> | undefined {
    return this.cluster.names.whereis(name) as ProcessRef<B> | undefined;
  }

  /** Every name that is taken, as far as this node knows. */
  getNames(): string[] {
    return this.cluster.names.names();
  }

  /** Calls the listener with whom the name means from now on, or undefined, at each change; returns the function that ends this. */
  onChange(name: string, listener: (process: ProcessRef | undefined) => void): () => void {
    return this.cluster.names.onChange(name, listener);
  }

  /** Calls the listener, on the node of each of the two, when one of two processes of one name has lost it. */
  onConflict(listener: (conflict: NameConflict) => void): () => void {
    return this.cluster.names.conflict.add(listener);
  }
}
