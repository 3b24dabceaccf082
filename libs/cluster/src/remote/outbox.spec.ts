import type { PeerConnection } from '@noex/contracts';
import { FrameKind } from '../wire/frame-kind.js';
import { PayloadCodec } from '../wire/payload-codec.js';
import { Outbox } from './outbox.js';
import { resolvePeerLimits } from './peer-limits.js';

/** A connection with room for so many frames, and what it was given: the kind of the first message of each frame. */
function connected(room = Infinity) {
  const connection = {
    room,
    queuedBytes: 0,
    kinds: [] as number[],
    bytes: 0,
    onSend: () => {},
    send(frame: Uint8Array): boolean {
      if (connection.room === 0) return false;
      connection.room--;
      connection.kinds.push(frame[4]!);
      connection.bytes += frame.length;
      connection.onSend();
      return true;
    },
  };
  let flushes = 0;
  const owner = { beforeFlush: () => {}, flushed: () => void flushes++ };
  const limits = resolvePeerLimits({ maxMessageBytes: 2 ** 24 }, 2 ** 20);
  const outbox = new Outbox(new PayloadCodec(), limits, connection as unknown as PeerConnection, owner);
  const reply = (bytes: number) => {
    outbox.writer.numbered(FrameKind.Reply, 1, Buffer.alloc(bytes));
    outbox.request();
  };
  const awaited = () => {
    outbox.writer.numbered(FrameKind.Call, 1);
    outbox.requestSoon();
  };
  const beat = () => outbox.urgent((writer) => writer.numbered(FrameKind.Heartbeat, 1));
  return { connection, outbox, reply, awaited, beat, flushes: () => flushes };
}

const { Reply, Heartbeat, Chunk } = FrameKind;

it('what is written in one tick leaves in one frame at its end, much of it at once', async () => {
  const { connection, reply, outbox } = connected();
  for (let n = 0; n < 50; n++) reply(10);
  expect(connection.kinds).toEqual([]);
  await new Promise(setImmediate);
  expect([connection.kinds, outbox.size]).toEqual([[Reply], 0]);
  reply(70_000);
  expect(connection.kinds).toEqual([Reply, Reply]);
});

it('of messages that are waited for the first 16 of a tick leave at once, once, where the way is free', async () => {
  const { connection, awaited, outbox } = connected();
  const write = (count: number) => {
    for (let n = 0; n < count; n++) awaited();
    return connection.kinds.length;
  };
  expect([write(15), write(1), write(100)]).toEqual([0, 1, 1]);
  await new Promise(setImmediate);
  expect([connection.kinds.length, outbox.size]).toEqual([2, 0]);
  connection.queuedBytes = 1;
  expect(write(100)).toBe(2);
  await new Promise(setImmediate);
  connection.queuedBytes = 0;
  expect([connection.kinds.length, write(16)]).toEqual([3, 4]);
});

it('what is urgent passes all that waits, also between the chunks of one message', () => {
  const { connection, outbox, reply, beat } = connected(2);
  reply(1_000_000);
  reply(300);
  expect(connection.kinds).toEqual([Chunk, Chunk]);
  beat();
  connection.room = 1;
  outbox.unblock();
  beat();
  beat();
  connection.room = Infinity;
  outbox.unblock();
  expect(connection.kinds).toEqual([Chunk, Chunk, Heartbeat, Heartbeat, Chunk, Chunk, Reply]);
  expect(outbox.size).toBe(0);
});

it('counts as backlog what waits for the transport, but for the message it is being given', () => {
  const { connection, outbox, reply } = connected(1);
  expect(outbox.backlog).toBe(0);
  reply(1_000_000);
  expect([outbox.backlog, outbox.size > 700_000]).toEqual([0, true]);
  reply(1_000);
  expect(outbox.backlog).toBe(1_000 + 5 + 4 + 3);
  connection.room = Infinity;
  outbox.unblock();
  expect([outbox.backlog, outbox.size, outbox.passed]).toEqual([
    0,
    0,
    1_000_000 + 1_000 + 2 * (5 + 4) + 5 + 3,
  ]);
});

it('tells its owner whenever there may be more room', () => {
  const { connection, outbox, reply, flushes } = connected(0);
  reply(70_000);
  const before = flushes();
  connection.room = 1;
  outbox.unblock();
  expect(flushes()).toBe(before + 1);
});

it('once closed sends nothing, and names what did not leave to its last byte', () => {
  const { connection, outbox, reply, beat } = connected(3);
  reply(70_000);
  outbox.writer.numbered(FrameKind.Spawned, 9, Buffer.alloc(1_000_000));
  outbox.writer.numbered(FrameKind.Down, 8);
  outbox.flush();
  expect(connection.kinds).toEqual([Reply, Chunk, Chunk]);
  expect(outbox.close()).toEqual([
    { kind: FrameKind.Spawned, number: 9 },
    { kind: FrameKind.Down, number: 8 },
  ]);
  connection.room = Infinity;
  beat();
  outbox.unblock();
  expect([connection.kinds.length, outbox.size]).toEqual([3, 0]);
});

it('survives a connection that ends while it is given something', () => {
  const { connection, outbox, reply } = connected();
  connection.onSend = () => void outbox.close();
  reply(1_000_000);
  expect([connection.kinds, outbox.size]).toEqual([[Chunk], 0]);
});
