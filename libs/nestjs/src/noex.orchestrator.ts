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
import { AppNodes, type OfNode } from './nodes/app-nodes.js';
import { SecondSignal } from './shutdown/second-signal.js';
import { Shutdown } from './shutdown/shutdown.js';
import { RootSupervisor } from './supervision/root-supervisor.js';

/**
 * Ties the node's life to the app's. It starts when every provider is ready; at a shutdown it first refuses new work and
 * finishes what runs, and stops processes only after HTTP has closed, because draining requests may still call them.
 *
 * Nest calls the hooks of one module after those of another. So that the nodes of an app share its time to leave, the leading one
 * takes all of them through each step.
 */
@Injectable()
export class NoexOrchestrator
  implements OfNode, OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private forgetRejections: (() => void) | undefined;
  private readonly secondSignal: SecondSignal;
  private starting: Promise<void> | undefined;
  private draining: Promise<unknown> | undefined;
  private stopping: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly root: RootSupervisor,
    private readonly shutdown: Shutdown,
    private readonly health: NodeHealth,
    private readonly management: ManagementServer,
    readonly nodes: AppNodes,
  ) {
    const hurry = (signal: string) => Promise.allSettled(this.all.map((node) => node.hurry(signal)));
    this.secondSignal = new SecondSignal(process, () => performance.now(), hurry);
  }

  /** First of all, so that probes are answered while the app starts. */
  onModuleInit(): Promise<void> {
    return this.management.listen();
  }

  onApplicationBootstrap(): Promise<void> {
    return this.leader.startAll();
  }

  /** `signal`: none where the app closes by itself; a signal is then the first one. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    await this.leader.drainAll(signal);
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.leader.stopAll();
    } finally {
      // Last of all, so that they are answered while it drains.
      await this.management.close();
    }
  }

  private get all(): NoexOrchestrator[] {
    return this.nodes.all(NoexOrchestrator);
  }

  private get leader(): NoexOrchestrator {
    return this.all[0]!;
  }

  // --- of the leading node, for all ---

  private startAll(): Promise<void> {
    this.starting ??= this.startEach();
    return this.starting;
  }

  private async startEach(): Promise<void> {
    const started: NoexOrchestrator[] = [];
    try {
      for (const node of this.all) {
        await node.start();
        started.push(node);
      }
    } catch (error) {
      // No node of an app that does not start stays behind.
      await Promise.all(started.map(({ cluster }) => cluster.stop(0)));
      throw error;
    }
  }

  private drainAll(signal: string | undefined): Promise<unknown> {
    if (!this.draining && signal !== undefined) this.secondSignal.listen();
    this.draining ??= Promise.all(this.all.map(({ shutdown }) => shutdown.drain()));
    return this.draining;
  }

  private stopAll(): Promise<void> {
    this.stopping ??= this.stopEach();
    return this.stopping;
  }

  private async stopEach(): Promise<void> {
    const results = await Promise.allSettled(this.all.map((node) => node.stop()));
    this.secondSignal.stop();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  // --- of each node ---

  private async start(): Promise<void> {
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

  private async stop(): Promise<void> {
    this.forgetRejections?.();
    // Not where the start failed: then it has been stopped already.
    if (this.cluster.status !== 'stopped') await this.shutdown.stop();
  }

  private hurry(signal: string): Promise<unknown> {
    const message = `${signal} again: the node leaves at once, and what runs on it is killed`;
    this.cluster.node.logger.warn(message, { event: 'leave_now', signal });
    return this.shutdown.hurry();
  }
}
