import { Injectable } from '@nestjs/common';
import type { ExitReason, ProcessRef } from '@noex/contracts';
import { Cluster } from '@noex/cluster';
import type { Monitor } from '@noex/runtime';

/** What became of a monitored process. */
export interface MonitorDown {
  readonly ref: ProcessRef;
  /** Its exit reason, `noproc` (it did not exist) or `noconnection` (its node was lost). */
  readonly reason: ExitReason;
}

/** Watches processes, here or on any node. */
@Injectable()
export class RemoteMonitorService {
  constructor(private readonly cluster: Cluster) {}

  /** Calls `down` exactly once, when the process is gone for whatever reason, unless the monitor is cancelled before. */
  monitor(target: ProcessRef, down: (down: MonitorDown) => void): Monitor {
    return this.cluster.monitor(target, (reason) => down({ ref: target, reason }));
  }

  /** `activeOutgoingCount`: monitors this node holds on processes of other nodes. */
  getStats(): { activeOutgoingCount: number } {
    return { activeOutgoingCount: this.cluster.stats().monitorsActive };
  }
}
