// @grpc/grpc-js, unary calls, at its best: one channel (it multiplexes), no TLS, no compression, messages of fixed fields by protobufjs,
// large messages allowed, and no deadline, interceptor or metadata per call.
import { createRequire } from 'node:module';
import { loadSync } from '@grpc/proto-loader';
import {
  credentials,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type Client,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { closedLoop } from '../harness/closed-loop.js';
import { payloadOf } from '../harness/payload.js';
import type { Cell, Sample } from '../harness/result.js';

type Unary = (request: object, done: (error: ServiceError | null, reply?: object) => void) => void;

// Beside the sources: tsc copies no such file.
const proto = createRequire(import.meta.url).resolve('../../src/children/echo.proto');
const definition = loadSync(proto, { keepCase: true, defaults: false, oneofs: false });
const Echo = loadPackageDefinition(definition)['Echo'] as ServiceClientConstructor;
const OPTIONS = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

export function listen(): Promise<number> {
  const server = new Server(OPTIONS);
  server.addService(Echo.service, {
    echo: ({ request }: { request: object }, done: (error: null, reply: object) => void) =>
      done(null, request),
  });
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

let client: Client & { echo: Unary };

export function connect(port: number): Promise<void> {
  client = new Echo(`127.0.0.1:${port}`, credentials.createInsecure(), OPTIONS) as unknown as typeof client;
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + 10_000, (error) => (error ? reject(error) : resolve()));
  });
}

const call = (request: object): Promise<unknown> =>
  new Promise((resolve, reject) =>
    client.echo(request, (error, reply) => (error ? reject(error) : resolve(reply))),
  );

export function measure({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const payload = payloadOf(payloadBytes);
  return closedLoop(() => call(payload), { inFlight, ms });
}
