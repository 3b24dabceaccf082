import type { Server } from 'node:http';
import type { Abstract, INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import { Cluster } from '@noex/cluster';
import type { LogLine } from '../log-recorder.js';
import type { NoexTestingModuleBuilder } from './noex-testing-module.js';

/** One life of a node of a test cluster: a whole Nest app. */
export class TestNode {
  /** The node under the app's services. */
  readonly cluster: Cluster;
  private closing: Promise<void> | undefined;

  private constructor(
    readonly id: string,
    readonly app: INestApplicationContext,
    private readonly http: INestApplication | undefined,
    /** What the node wrote in this life. */
    readonly log: readonly LogLine[],
  ) {
    this.cluster = app.get(Cluster, { strict: false });
  }

  /** @throws whatever the start of the app throws; then nothing of it is left. */
  static async start(id: string, builder: NoexTestingModuleBuilder, serves: boolean): Promise<TestNode> {
    const module = await builder.compile();
    const http = serves ? module.createNestApplication({ forceCloseConnections: true }) : undefined;
    const app: INestApplicationContext = http ?? module;
    try {
      await app.init();
    } catch (error) {
      await app.close().catch(() => {});
      throw error;
    }
    return new TestNode(id, app, http, builder.log);
  }

  /** A provider of the app, from whatever module. */
  get<T>(token: Type<T> | Abstract<T> | string | symbol): T {
    return this.app.get<T, T>(token as Type<T>, { strict: false });
  }

  /** For supertest: `request(node.server)`. @throws Error where the cluster serves no HTTP. */
  get server(): Server {
    if (this.http) return this.http.getHttpServer() as Server;
    throw new Error(
      `node "${this.id}" serves no HTTP: start the cluster with createTestCluster({ http: true })`,
    );
  }

  /** Ends its processes as a crash does: none has a say. The app is left to `close`. */
  async crash(): Promise<void> {
    const { node } = this.cluster;
    for (const { ref } of node.observer.list()) node.exit(ref, 'kill');
    await this.cluster.stop(0);
  }

  close(): Promise<void> {
    this.closing ??= this.app.close();
    return this.closing;
  }
}
