import type { INestApplication, InjectionToken, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ClusterService, getNoexToken } from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';

/** Turns of the event loop until it holds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const limit = performance.now() + 4_000;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited in vain until ${what}`);
    await new Promise(setImmediate);
  }
}

/** Nest apps on two networks in memory, closed after each test. */
export function nestApps() {
  const apps: INestApplication[] = [];
  let networks: Record<'europe' | 'america', MemoryNetwork>;
  beforeEach(() => {
    networks = { europe: new MemoryNetwork(), america: new MemoryNetwork() };
  });
  afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

  /** Options of a node of one of the two clusters. */
  const on = (network: 'europe' | 'america', nodeName: string) => ({
    nodeName,
    clusterName: network,
    canary: false as const,
    shutdown: { drainMs: 2_000 },
    transport: () => networks[network].transport(),
  });

  async function start(metadata: ModuleMetadata): Promise<INestApplication> {
    const module = await Test.createTestingModule(metadata)
      .setLogger({ log: () => {}, error: () => {}, warn: () => {} })
      .compile();
    const app = module.createNestApplication();
    apps.push(app);
    return app.init();
  }

  return { on, start };
}

/** A service of one node of an app. */
export function serviceOf<T>(app: INestApplication, service: InjectionToken<T>, node?: string): T {
  return app.get<T>(getNoexToken(service, node) as InjectionToken<T>, { strict: false });
}

export const sees = (app: INestApplication, count: number, node?: string) =>
  until(`${node ?? 'the node'} sees ${count}`, () => {
    return serviceOf(app, ClusterService, node).getConnectedNodeCount() === count;
  });
