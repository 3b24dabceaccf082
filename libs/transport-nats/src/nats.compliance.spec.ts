import type { Transport } from '@noex/contracts';
import { describeTransportCompliance, type TransportComplianceEnvironment } from '@noex/testing';
import { NatsServer } from './nats-server.spec-support.js';
import { nats } from './nats.transport.js';
import { ownerOf } from './subjects.js';

let server: NatsServer;

beforeAll(async () => void (server = await NatsServer.start()));
afterAll(() => server.close());

/** Nodes find each other by presence; a seed is an address that somebody told of, which also finds nodes of other clusters. */
function seeded(transport: Transport, seeds: readonly string[]): Transport {
  return Object.assign(Object.create(transport) as Transport, {
    async start(...[host]: Parameters<Transport['start']>): Promise<string> {
      const address = await transport.start(host);
      transport.learn(seeds.flatMap((seed) => (ownerOf(seed) ? [{ ...ownerOf(seed)!, address: seed }] : [])));
      return address;
    },
    learn: transport.learn.bind(transport),
    close: transport.close.bind(transport),
  });
}

function environment(): TransportComplianceEnvironment {
  let addresses = 0;
  return {
    transport: ({ seeds, maxFrameBytes, maxQueuedBytes, logger }) =>
      seeded(
        nats({
          servers: server.url,
          maxFrameBytes,
          maxQueuedBytes,
          logger,
          reconnectMinMs: 2,
          reconnectMaxMs: 50,
        }),
        seeds,
      ),
    // A node's address is made of its name and its life.
    address: async () => `reserved-${++addresses}`,
  };
}

describeTransportCompliance('nats', environment);
