import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Cluster } from '@noex/cluster';
import { AppNodes, type OfNode } from '../nodes/app-nodes.js';
import type { BeforeDrain } from './hooks.js';

/** The `beforeDrain` of all providers and controllers that have one. They run once, for whichever node of the app leaves first. */
@Injectable()
export class DrainHooks implements OfNode {
  private ran: Promise<unknown> | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly cluster: Cluster,
    readonly nodes: AppNodes,
  ) {}

  /** Runs them all at once; undefined where there is none. Never rejects. */
  run(): (() => Promise<unknown>) | undefined {
    return this.nodes.all(DrainHooks)[0]!.runHere();
  }

  private runHere(): (() => Promise<unknown>) | undefined {
    const hosts = this.find();
    if (hosts.length === 0) return undefined;
    return () => (this.ran ??= Promise.all(hosts.map((host) => this.runOne(host))));
  }

  private find(): BeforeDrain[] {
    const { discovery } = this;
    const wrappers = [...discovery.getProviders(), ...discovery.getControllers()];
    const instances = wrappers
      // As Nest's own hooks: what lives for one request or one consumer is not there to be asked.
      .filter((wrapper) => wrapper.isDependencyTreeStatic() && !wrapper.isTransient)
      .map(({ instance }) => instance as unknown);
    return [...new Set(instances)].filter(hasHook);
  }

  private async runOne(host: BeforeDrain): Promise<void> {
    try {
      await host.beforeDrain();
    } catch (error) {
      this.cluster.node.logger.error(`beforeDrain of ${host.constructor.name} threw`, {
        event: 'before_drain_failed',
        provider: host.constructor.name,
        error,
      });
    }
  }
}

function hasHook(instance: unknown): instance is BeforeDrain {
  return (
    typeof instance === 'object' &&
    instance !== null &&
    typeof (instance as Partial<BeforeDrain>).beforeDrain === 'function'
  );
}
