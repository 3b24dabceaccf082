import { Injectable } from '@nestjs/common';
import type { ProcessRef } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import { Supervisor, type SupervisorCalls } from '@noex/runtime';
import { RootSupervisor } from './root-supervisor.js';

/** Supervisors, to look at and to ask. */
@Injectable()
export class SupervisionService {
  constructor(
    private readonly cluster: Cluster,
    private readonly root: RootSupervisor,
  ) {}

  /** The root of this node's tree; undefined before the start, and where nothing is supervised. */
  getRoot(): Supervisor | undefined {
    return this.root.supervisor;
  }

  /** The supervisor behind a ref, on whatever node, or registered under a name on this one; undefined where there is none. */
  get(supervisor: ProcessRef): Supervisor;
  get(supervisor: string): Supervisor | undefined;
  get(supervisor: ProcessRef | string): Supervisor | undefined {
    const ref = typeof supervisor === 'string' ? this.cluster.node.whereis(supervisor) : supervisor;
    return ref && new Supervisor(this.cluster, ref as ProcessRef<SupervisorCalls>);
  }
}
