// The limit: frames of a length, a number and as many bytes as the others' payloads over one bare socket, one write per tick, with
// nothing made of them at either end. 16 bytes stand before the payload: what a noex message has, between a request and a reply.
import { once } from 'node:events';
import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';
import { closedLoop, latencyOf } from '../harness/closed-loop.js';
import type { Cell, Sample } from '../harness/result.js';

const HEADER_BYTES = 16;
/** Numbers begin again then; long after each is free. */
const HIGHEST_NUMBER = 1 << 20;

/** Gathers what is sent in one tick. */
class FrameSender {
  private readonly numbers: number[] = [];
  private readonly sizes: number[] = [];
  private body = Buffer.alloc(0);
  private bytes = 0;

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
  }

  send(number: number, payloadBytes: number): void {
    if (this.bytes === 0) setImmediate(this.flush);
    this.numbers.push(number);
    this.sizes.push(payloadBytes);
    this.bytes += HEADER_BYTES + payloadBytes;
  }

  private readonly flush = (): void => {
    const out = Buffer.allocUnsafe(this.bytes);
    for (let i = 0, at = 0; i < this.numbers.length; i++) {
      const payloadBytes = this.sizes[i]!;
      if (this.body.length < payloadBytes) this.body = Buffer.alloc(payloadBytes, 'x');
      out.writeUInt32BE(payloadBytes, at);
      out.writeUInt32BE(this.numbers[i]!, at + 4);
      this.body.copy(out, at + HEADER_BYTES, 0, payloadBytes);
      at += HEADER_BYTES + payloadBytes;
    }
    this.numbers.length = 0;
    this.sizes.length = 0;
    this.bytes = 0;
    this.socket.write(out);
  };
}

/** Calls `frame` for each one that has come whole; payloads are passed over. */
function receiveFrames(socket: Socket, frame: (number: number, payloadBytes: number) => void): void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let bodyLeft = 0;
  socket.on('data', (chunk: Buffer) => {
    for (let at = 0; at < chunk.length;) {
      if (headerBytes === 0 && chunk.length - at >= HEADER_BYTES) {
        // The common case: no copy.
        const size = chunk.readUInt32BE(at);
        if (chunk.length - at >= HEADER_BYTES + size) {
          frame(chunk.readUInt32BE(at + 4), size);
          at += HEADER_BYTES + size;
          continue;
        }
      }
      if (headerBytes < HEADER_BYTES) {
        const taken = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes);
        headerBytes += taken;
        at += taken;
        bodyLeft = headerBytes === HEADER_BYTES ? header.readUInt32BE() : 0;
      }
      const passed = Math.min(bodyLeft, chunk.length - at);
      bodyLeft -= passed;
      at += passed;
      if (headerBytes === HEADER_BYTES && bodyLeft === 0) {
        headerBytes = 0;
        frame(header.readUInt32BE(4), header.readUInt32BE());
      }
    }
  });
}

export async function listen(): Promise<number> {
  const server = createServer((socket) => {
    const sender = new FrameSender(socket);
    receiveFrames(socket, (number, payloadBytes) => sender.send(number, payloadBytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

let sender: FrameSender;
let withPromises = false;
let received: (number: number) => void = () => {};

export async function connect(port: number, { promises = false }: { promises?: boolean }): Promise<void> {
  withPromises = promises;
  const socket = dial(port, '127.0.0.1');
  await once(socket, 'connect');
  sender = new FrameSender(socket);
  receiveFrames(socket, (number) => received(number));
}

export function measure(cell: Cell, ms: number): Promise<Sample> {
  return withPromises ? measurePromises(cell, ms) : measureFrames(cell, ms);
}

/** What is added to the bytes by an API in which each message has a promise of its answer. */
function measurePromises({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const waiting = new Map<number, () => void>();
  let next = 0;
  received = (number) => {
    const settle = waiting.get(number)!;
    waiting.delete(number);
    settle();
  };
  const send = (): Promise<void> =>
    new Promise((resolve) => {
      next = (next + 1) % HIGHEST_NUMBER;
      waiting.set(next, resolve);
      sender.send(next, payloadBytes);
    });
  return closedLoop(send, { inFlight, ms });
}

/** As `closedLoop`, without promises. */
function measureFrames({ inFlight = 1, payloadBytes = 0 }: Cell, ms: number): Promise<Sample> {
  const timeEvery = inFlight === 1 ? 1 : 16;
  const sentAt = new Map<number, number>();
  const latencies: number[] = [];
  const begun = performance.now();
  let done = 0;
  let next = 0;
  let underWay = inFlight;
  let result: Sample | undefined;
  const send = (): void => {
    next = (next + 1) % HIGHEST_NUMBER;
    if (next % timeEvery === 0) sentAt.set(next, performance.now());
    sender.send(next, payloadBytes);
  };
  return new Promise((resolve) => {
    received = (number) => {
      if (number % timeEvery === 0) latencies.push(performance.now() - sentAt.get(number)!);
      if (!result && ++done % 16 === 0 && performance.now() - begun >= ms) {
        const opsPerSec = (done / (performance.now() - begun)) * 1e3;
        result = { ops: done, opsPerSec, ...latencyOf(latencies) };
      }
      if (!result) send();
      else if (--underWay === 0) resolve(result);
    };
    for (let i = 0; i < inFlight; i++) send();
  });
}
