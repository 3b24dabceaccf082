import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Cluster } from '@noex/cluster';
import { watchUnhandledRejections } from '@noex/runtime';
import { NodeHealth } from './health/node-health.js';
import { ManagementServer } from './management/management-server.js';
import { SecondSignal } from './shutdown/second-signal.js';
import { Shutdown } from './shutdown/shutdown.js';
import { RootSupervisor } from './supervision/root-supervisor.js';

/**
 * Ties the node's life to the app's. It starts when every provider is ready; at a shutdown it first refuses new work and
 * finishes what runs, and stops processes only after HTTP has closed, because draining requests may still call them.
 */
@Injectable()
export class NoexOrchestrator
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private forgetRejections: (() => void) | undefined;
  private readonly secondSignal: SecondSignal;

  constructor(
    private readonly cluster: Cluster,
    private readonly root: RootSupervisor,
    private readonly shutdown: Shutdown,
    private readonly health: NodeHealth,
    private readonly management: ManagementServer,
  ) {
    const hurry = (signal: string) => {
      const message = `${signal} again: the node leaves at once, and what runs on it is killed`;
      cluster.node.logger.warn(message, { event: 'leave_now', signal });
      return shutdown.hurry();
    };
    this.secondSignal = new SecondSignal(process, () => performance.now(), hurry);
  }

  /** First of all, so that probes are answered while the app starts. */
  onModuleInit(): Promise<void> {
    return this.management.listen();
  }

  async onApplicationBootstrap(): Promise<void> {
    this.forgetRejections = watchUnhandledRejections(this.cluster.node);
    // First, so that a tree that cannot start is found before a peer sees the node.
    this.root.prepare();
    await this.cluster.start();
    try {
      await this.root.start();
    } catch (error) {
      await this.cluster.stop(0);
      throw error;
    }
    await this.health.started();
  }

  /** `signal`: none where the app closes by itself; a signal is then the first one. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    if (signal !== undefined) this.secondSignal.listen();
    await this.shutdown.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    this.forgetRejections?.();
    try {
      // Not where the start failed: then it has been stopped already.
      if (this.cluster.status !== 'stopped') await this.shutdown.stop();
    } finally {
      this.secondSignal.stop();
      // Last of all, so that they are answered while it drains.
      await this.management.close();
    }
  }
}
