// @nestjs/microservices over TCP, at its best: one connection, Nagle's algorithm off, handlers that return a value rather than a
// stream, no pipes or interceptors, and the client's own `firstValueFrom`.
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientTCP,
  EventPattern,
  MessagePattern,
  Payload,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import type { Server, Socket } from 'node:net';
import { once } from 'node:events';
import { castLoop, type CastTarget } from '../harness/cast-loop.js';
import { closedLoop } from '../harness/closed-loop.js';
import { freePort } from '../harness/free-port.js';
import { payloadOf } from '../harness/payload.js';
import type { Cell, Sample } from '../harness/result.js';

export interface NestTcpOptions {
  /** What `measure` does. Default: calls. */
  readonly does?: 'call' | 'cast' | 'fan-out';
}

/** More than the defaults, which 1024 calls of 64 KiB pass. */
const LARGE = { maxBufferSize: 2 ** 29, maxSendBufferSize: 2 ** 29 };

/** Messages of one fan-out. */
const FAN_OUT = 10;

let notes = 0;

@Controller()
class EchoController {
  @MessagePattern('echo') echo(@Payload() payload: unknown): unknown {
    return payload;
  }
  @EventPattern('note') note(@Payload() _payload: unknown): void {
    notes++;
  }
  @MessagePattern('noted') noted(@Payload() _payload: unknown): number {
    return notes;
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

export async function listen(): Promise<number> {
  const port = await freePort();
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(EchoModule, {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port, ...LARGE },
    logger: ['error'],
  });
  await app.listen();
  app.unwrap<Server>().on('connection', (socket: Socket) => socket.setNoDelay(true));
  return port;
}

let clients: ClientTCP[];
let does: NestTcpOptions['does'];

export async function connect(ports: number | number[], options: NestTcpOptions): Promise<void> {
  ({ does } = options);
  clients = [ports].flat().map((port) => new ClientTCP({ host: '127.0.0.1', port, ...LARGE }));
  for (const client of clients) {
    await client.connect();
    client.unwrap<Socket>().setNoDelay(true);
  }
}

export function measure({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const payload = payloadOf(payloadBytes);
  const [client] = clients as [ClientTCP];
  if (does === 'cast') return castLoop(events(client, payload), ms);
  const call = (to: ClientTCP) => firstValueFrom(to.send('echo', payload));
  if (does !== 'fan-out') return closedLoop(() => call(client), { inFlight, ms });
  const all = Array.from({ length: FAN_OUT }, (_, i) => clients[i % clients.length]!);
  return closedLoop(() => Promise.all(all.map(call)), { inFlight, ms });
}

function events(client: ClientTCP, payload: object): CastTarget {
  const socket = client.unwrap<Socket>();
  let sent = 0;
  return {
    cast: () => {
      client.emit('note', payload);
      sent++;
      return true;
    },
    // Its socket would hold without bound what the other side has not read.
    room: () => (socket.writableNeedDrain ? once(socket, 'drain') : new Promise(setImmediate)),
    // An event passes the microtasks of its stream: a later message may be handled before it.
    taken: async () => {
      for (;;) {
        const taken = await firstValueFrom(client.send<number>('noted', {}));
        if (taken >= sent) return taken;
      }
    },
  };
}
