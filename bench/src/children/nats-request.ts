// Plain `nc.request()` over a NATS server of its own, at its best: one shared inbox for all replies (the default), MessagePack in place of
// JSON, a subscription with a callback in place of an iterator, no timeout shorter than need be.
import { connect as dial, type NatsConnection } from '@nats-io/transport-node';
import { Packr } from 'msgpackr';
import { closedLoop } from '../harness/closed-loop.js';
import { payloadOf } from '../harness/payload.js';
import type { Cell, Sample } from '../harness/result.js';

interface NatsOptions {
  readonly servers: string;
}

const packr = new Packr({ useRecords: false });

export async function listen({ servers }: NatsOptions): Promise<string> {
  const server = await dial({ servers });
  server.subscribe('echo', {
    callback: (_error, message) => void message.respond(packr.pack(packr.unpack(message.data))),
  });
  let notes = 0;
  server.subscribe('note', {
    callback: (_error, message) => {
      packr.unpack(message.data);
      notes++;
    },
  });
  server.subscribe('noted', { callback: (_error, message) => void message.respond(packr.pack(notes)) });
  await server.flush();
  return servers;
}

let client: NatsConnection;

export async function connect(servers: string): Promise<void> {
  client = await dial({ servers });
}

export function measure({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const payload = payloadOf(payloadBytes);
  const request = async () => packr.unpack((await client.request('echo', packr.pack(payload), WAIT)).data);
  return closedLoop(request, { inFlight, ms });
}

const WAIT = { timeout: 5_000 };
