import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { systemClock } from '@noex/contracts';
import { FramedSocket, type FrameReceiver } from './framed-socket.js';

let server: Server;
let sockets: Socket[];

beforeEach(() => {
  sockets = [];
  server = createServer();
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** The two ends of a connection. */
async function pair(): Promise<[Socket, Socket]> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket, await accepted);
  return [sockets[0]!, sockets[1]!];
}

interface Recorder extends FrameReceiver {
  readonly seen: string[];
  readonly gone: Promise<void>;
}

function recorder(onWritable: () => void = () => {}): Recorder {
  const seen: string[] = [];
  let markGone!: () => void;
  const gone = new Promise<void>((resolve) => (markGone = resolve));
  return {
    seen,
    gone,
    frame: (frame) => void seen.push(Buffer.from(frame).toString()),
    writable: onWritable,
    oversized: (length) => void seen.push(`oversized ${length}`),
    closed: () => {
      seen.push('closed');
      markGone();
    },
  };
}

const limits = { maxFrameBytes: 2 ** 20, maxQueuedBytes: 2 ** 22 };

it('hands over what it took before it ends, then takes nothing more', async () => {
  const [left, right] = await pair();
  const [from, to] = [recorder(), recorder()];
  const sender = new FramedSocket(left, limits, systemClock);
  sender.open(from);
  new FramedSocket(right, limits, systemClock).open(to);
  expect([sender.send(Buffer.from('a')), sender.send(Buffer.from('b'))]).toEqual([true, true]);
  sender.end();
  expect(sender.send(Buffer.from('c'))).toBe(false);
  await Promise.all([from.gone, to.gone]);
  expect([from.seen, to.seen]).toEqual([['closed'], ['a', 'b', 'closed']]);
});

it('counts what waits, says when half of its room is free, and says it once per refusal', async () => {
  const [left, right] = await pair();
  let freeAt = -1;
  let calls = 0;
  let markFree!: () => void;
  const free = new Promise<void>((resolve) => (markFree = resolve));
  const sender = new FramedSocket(left, limits, systemClock);
  const from = recorder(() => {
    calls++;
    freeAt = sender.queuedBytes;
    markFree();
  });
  sender.open(from);
  right.pause();
  const frame = Buffer.alloc(2 ** 20);
  // The other end does not read: once the operating system's own buffers are full, everything waits here.
  while (sender.send(frame));
  expect(sender.send(Buffer.alloc(limits.maxQueuedBytes))).toBe(false);
  expect(sender.queuedBytes).toBeLessThanOrEqual(limits.maxQueuedBytes);
  expect(calls).toBe(0);
  right.resume();
  await free;
  expect(freeAt).toBeLessThanOrEqual(limits.maxQueuedBytes / 2);
  sender.cut();
  await from.gone;
  expect(calls).toBe(1);
});

it('takes a frame of any size when nothing waits, so that no limit can lock a frame out', async () => {
  const [left] = await pair();
  const sender = new FramedSocket(left, { maxFrameBytes: 1_000, maxQueuedBytes: 10 }, systemClock);
  sender.open(recorder());
  expect(sender.send(Buffer.alloc(1_000))).toBe(true);
});

it('ends at a frame beyond its limit', async () => {
  const [left, right] = await pair();
  const to = recorder();
  new FramedSocket(right, { ...limits, maxFrameBytes: 3 }, systemClock).open(to);
  left.resume();
  left.write(Buffer.from([0, 0, 0, 1, 0x61, 0, 0, 0, 4]));
  await to.gone;
  expect(to.seen).toEqual(['a', 'oversized 4', 'closed']);
});

it('tells of a socket that died before it was opened', async () => {
  const [left] = await pair();
  left.destroy();
  await new Promise((resolve) => left.once('close', resolve));
  const from = recorder();
  const sender = new FramedSocket(left, limits, systemClock);
  sender.open(from);
  await from.gone;
  expect(sender.send(Buffer.from('x'))).toBe(false);
});

it('does not stay when the other side has finished but does not read', async () => {
  const [left, right] = await pair();
  const from = recorder();
  const sender = new FramedSocket(left, { ...limits, maxQueuedBytes: 2 ** 24 }, systemClock);
  sender.open(from);
  right.pause();
  while (sender.send(Buffer.alloc(2 ** 20)));
  right.end();
  await from.gone;
  expect(from.seen).toEqual(['closed']);
});

describe('a ping', () => {
  const PING = Buffer.alloc(4, 0xff);
  const PONG = Buffer.from([0xff, 0xff, 0xff, 0xfe]);

  async function admittedPair() {
    const [left, right] = await pair();
    const [from, to] = [recorder(), recorder()];
    const [asker, asked] = [left, right].map((socket) => new FramedSocket(socket, limits, systemClock));
    asker!.open(from);
    asked!.open(to);
    asker!.handOver(from, limits.maxFrameBytes);
    asked!.handOver(to, limits.maxFrameBytes);
    return { left, right, from, to, asker: asker!, asked: asked! };
  }

  it('makes the other side send something that is no frame', async () => {
    const { left, from, to, asker, asked } = await admittedPair();
    const answered = new Promise((resolve) => left.once('data', resolve));
    const before = asker.bytesRead;
    asker.ping();
    expect(await answered).toEqual(PONG);
    expect(asker.bytesRead).toBe(before + PONG.length);
    asked.send(Buffer.from('after'));
    await new Promise((resolve) => left.once('data', resolve));
    expect([from.seen, to.seen]).toEqual([['after'], []]);
  });

  it('is not answered while something is queued, so that answers cannot pile up', async () => {
    const { left, right, to, asked } = await admittedPair();
    left.pause();
    while (asked.send(Buffer.alloc(2 ** 20)));
    const queued = asked.queuedBytes;
    left.write(
      Buffer.concat([...Array.from({ length: 10_000 }, () => PING), Buffer.from([0, 0, 0, 1, 0x61])]),
    );
    while (to.seen.length === 0) await new Promise((resolve) => right.once('data', resolve));
    expect(to.seen).toEqual(['a']);
    expect(asked.queuedBytes).toBeLessThanOrEqual(queued);
  });

  it('of a stranger is a frame beyond the limit', async () => {
    const [left, right] = await pair();
    const to = recorder();
    new FramedSocket(right, limits, systemClock).open(to);
    left.resume();
    left.write(PING);
    await to.gone;
    expect(to.seen).toEqual([`oversized ${0xffff_ffff}`, 'closed']);
  });
});
