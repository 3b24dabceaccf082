import { once } from 'node:events';
import { connect } from 'node:net';
import { freePort, NatsServer } from '../../../libs/transport-nats/src/nats-server.spec-support.js';

/** Three servers that are one cluster of NATS, with JetStream on all of them. */
export class NatsServers {
  private constructor(readonly servers: readonly NatsServer[]) {}

  static async start(count = 3): Promise<NatsServers> {
    const routePorts = await Promise.all(Array.from({ length: count }, freePort));
    const routes = routePorts.map((port) => `nats://127.0.0.1:${port}`).join(',');
    const servers = await Promise.all(
      routePorts.map((port, n) =>
        NatsServer.configured(
          `server_name: s${n}\ncluster { name: test, listen: "127.0.0.1:${port}", routes: [${routes
            .split(',')
            .map((route) => `"${route}"`)
            .join(', ')}] }`,
        ),
      ),
    );
    return new NatsServers(servers);
  }

  /** All of them, beginning with one. */
  urls(first = 0): string {
    const { servers } = this;
    return [...servers.slice(first), ...servers.slice(0, first)].map(({ url }) => url).join(',');
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close()));
  }
}

/** Resolves once somebody listens there. */
export async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const opened = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (opened) return;
  }
}
