// Moleculer over its TCP transporter, at its best: MessagePack, peers named in place of UDP discovery, and no tracing, metrics,
// validation, cacher, bulkhead, circuit breaker, retries or context tracking.
import { ServiceBroker, type BrokerOptions } from 'moleculer';
import { closedLoop } from '../harness/closed-loop.js';
import { freePort } from '../harness/free-port.js';
import { payloadOf } from '../harness/payload.js';
import type { Cell, Sample } from '../harness/result.js';

const brokerOf = (nodeID: string, port: number, urls: string[]): ServiceBroker =>
  new ServiceBroker({
    nodeID,
    logger: false,
    serializer: 'Notepack',
    transporter: { type: 'TCP', options: { port, udpDiscovery: false, urls, maxPacketSize: 16 << 20 } },
    validator: false,
    tracking: { enabled: false },
    metrics: false,
    tracing: false,
    registry: { preferLocal: false },
  } as BrokerOptions);

export async function listen(): Promise<string[]> {
  const [server, client] = [await freePort(), await freePort()];
  const urls = [`tcp://127.0.0.1:${server}/server`, `tcp://127.0.0.1:${client}/client`];
  const broker = brokerOf('server', server, urls);
  broker.createService({ name: 'echo', actions: { echo: ({ params }) => params } });
  await broker.start();
  return urls;
}

let broker: ServiceBroker;

export async function connect(urls: string[]): Promise<void> {
  broker = brokerOf('client', Number(new URL(urls[1]!).port), urls);
  await broker.start();
  await broker.waitForServices('echo', 20_000, 50);
}

export function measure({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const payload = payloadOf(payloadBytes);
  return closedLoop(() => broker.call('echo.echo', payload), { inFlight, ms });
}
