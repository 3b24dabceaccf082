import { Inject, Injectable } from '@nestjs/common';
import type { Registry } from 'prom-client';
import type { NodesHealth } from '../health/health-source.js';
import { NodeHealth } from '../health/node-health.js';
import type { NodesRegistries } from '../metrics/metrics.controller.js';
import { NOEX_METRICS_REGISTRY } from '../tokens.js';
import { AppNodes, type OfNode } from './app-nodes.js';

/** What pages show of one node. */
@Injectable()
export class AppNode implements OfNode {
  constructor(
    readonly nodes: AppNodes,
    readonly health: NodeHealth,
    @Inject(NOEX_METRICS_REGISTRY) readonly registry: Registry,
  ) {}

  /** Of its entry on a page of health. */
  get healthKey(): string {
    const { ownName } = this.nodes;
    return ownName === undefined ? 'noex' : `noex:${ownName}`;
  }
}

export function nodesHealth(nodes: AppNodes): NodesHealth {
  let read: ReturnType<NodesHealth> | undefined;
  return () =>
    (read ??= new Map(nodes.represented(AppNode).map(({ healthKey, health }) => [healthKey, health])));
}

export function nodesRegistries(nodes: AppNodes): NodesRegistries {
  let read: ReturnType<NodesRegistries> | undefined;
  return () => (read ??= nodes.represented(AppNode).map(({ registry }) => registry));
}
