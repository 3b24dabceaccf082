import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  ClusterService,
  GlobalRegistryService,
  HandleCall,
  NoexBehavior,
  RemoteSpawnService,
} from '@noex/nestjs';

/** There is one process of it in the cluster. */
@NoexBehavior('ticket-office')
export class TicketOffice {
  private last = 0;

  @HandleCall() next(): number {
    return ++this.last;
  }
}

/** On every node: whoever first notices that there is no ticket office starts one. */
@Injectable()
export class TicketOfficeKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(TicketOfficeKeeper.name);
  private readonly stops: (() => void)[] = [];

  constructor(
    private readonly names: GlobalRegistryService,
    private readonly spawner: RemoteSpawnService,
    private readonly cluster: ClusterService,
  ) {}

  onApplicationBootstrap(): void {
    const keep = () => void this.keep();
    this.stops.push(this.names.onChange('ticket-office', keep), this.cluster.onQuorumChange(keep));
    // After a start that failed, and where an arbiter keeps the name of a node that has crashed.
    const timer = setInterval(keep, 5_000);
    this.stops.push(() => clearInterval(timer));
    keep();
  }

  onApplicationShutdown(): void {
    for (const stop of this.stops) stop();
  }

  private async keep(): Promise<void> {
    if (this.names.whereis('ticket-office')) return;
    try {
      await this.spawner.spawn(TicketOffice, { globalName: 'ticket-office', on: 'local' });
    } catch (error) {
      // Most often another node was faster (NameTakenError), or this one sees too few others (NoQuorumError).
      this.logger.debug(`no ticket office here: ${String(error)}`);
    }
  }
}
