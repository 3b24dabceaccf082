import { systemClock } from '@noex/contracts';
import { describeArbiterCompliance } from '@noex/testing';
import { natsArbiter } from './nats.arbiter.js';
import { NatsServer } from './nats-server.spec-support.js';
import { TcpDoor } from './tcp-door.spec-support.js';

/** A third of it is what a method may take, and a server ends entries a quarter of a second late. */
const LEASE_MS = 1_500;

let server: NatsServer;
let clusters = 0;

beforeAll(async () => void (server = await NatsServer.start()));
afterAll(() => server.close());

describeArbiterCompliance('NATS', async () => {
  const clusterName = `compliance ${++clusters}`;
  const doors = new Map<string, TcpDoor>();
  for (const node of ['a', 'b', 'c', 'd']) doors.set(node, await TcpDoor.open(server.port));
  return {
    arbiter: (node) =>
      natsArbiter({
        servers: `nats://127.0.0.1:${doors.get(node)!.port}`,
        clusterName,
        leaseMs: LEASE_MS,
      }),
    clock: systemClock,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    lateMs: 1_000,
    cut: (node, lost) => doors.get(node)!.swallow(lost),
    heal: (node) => doors.get(node)!.cut(),
    dispose: async () => doors.forEach((door) => door.close()),
  };
});
