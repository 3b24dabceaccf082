import { FLUSH_MS } from './session.js';
import { SessionPair, tampered } from './session-pair.spec-support.js';

const frame = (text: string) => Buffer.from(text);
const texts = (frames: readonly Buffer[]) => frames.map(String);

describe('a session', () => {
  it('is up for the side that answered when the first message has come, and not before', async () => {
    const pair = new SessionPair();
    pair.a.session.begin();
    expect(pair.b.events).toEqual([]);
    await pair.settle();
    expect(pair.b.events).toEqual(['up']);
  });

  it('begins all the same where the first message was lost and others come', async () => {
    const pair = new SessionPair();
    pair.a.session.begin();
    pair.underWay.length = 0;
    pair.a.session.send(frame('one'));
    await pair.settle();
    expect([pair.b.events, texts(pair.b.frames)]).toEqual([['up'], ['one']]);
  });

  it('ends on both sides where the side that answered has changed its mind', async () => {
    const pair = new SessionPair({ admits: false });
    pair.a.session.begin();
    await pair.settle();
    expect([pair.a.events, pair.b.events]).toEqual([['down connection_closed'], []]);
  });

  it('hands over what was taken while no server was reached, once there is one again', async () => {
    const pair = await SessionPair.up();
    pair.a.isUp = false;
    expect(pair.a.session.send(frame('one'))).toBe(true);
    await pair.settle();
    expect([pair.underWay, pair.b.frames]).toEqual([[], []]);
    pair.a.isUp = true;
    pair.a.session.reconnected();
    await pair.settle();
    expect(texts(pair.b.frames)).toEqual(['one']);
  });
});

describe('what is ready together', () => {
  it('leaves as one message', async () => {
    const pair = await SessionPair.up();
    for (let n = 0; n < 100; n++) pair.a.session.send(frame(`${n}`));
    await Promise.resolve();
    expect(pair.underWay).toHaveLength(1);
    await pair.settle();
    expect(texts(pair.b.frames)).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
  });

  it('leaves only as far as the peer has room: a peer that stands still has no more under way than its window', async () => {
    const windowBytes = 10_000;
    const pair = await SessionPair.up({ windowBytes, maxFrameBytes: 4_000, maxQueuedBytes: 50_000 });
    for (let n = 0; n < 40; n++) {
      pair.a.session.send(Buffer.alloc(1_000));
      await Promise.resolve();
    }
    const bytes = pair.underWay.reduce((sum, { message }) => sum + message.length, 0);
    expect(bytes).toBeGreaterThan(windowBytes / 2);
    expect(bytes).toBeLessThanOrEqual(windowBytes);
    await pair.settle();
    expect(pair.b.frames).toHaveLength(40);
  });

  it('leaves one message at a time where the window is smaller than a message', async () => {
    const pair = await SessionPair.up({ windowBytes: 100 });
    for (let n = 0; n < 3; n++) {
      pair.a.session.send(Buffer.alloc(5_000, n));
      await Promise.resolve();
    }
    expect(pair.underWay).toHaveLength(1);
    await pair.settle();
    expect(pair.b.frames).toHaveLength(3);
  });
});

describe('what a stranger sends', () => {
  it.each([0, 3, 9, 15, 22, 30, 60])(
    'with byte %d changed is ignored and counted; the session goes on',
    async (at) => {
      const pair = await SessionPair.up();
      pair.a.session.send(frame('a frame of some length'));
      await Promise.resolve();
      const { message } = pair.underWay[0]!;
      pair.b.session.receive(tampered(message, at));
      expect([texts(pair.b.frames), pair.b.dropped]).toEqual([[], ['forged']]);
      await pair.settle();
      expect(texts(pair.b.frames)).toEqual(['a frame of some length']);
    },
  );

  it('again after it arrived is ignored and counted', async () => {
    const pair = await SessionPair.up();
    pair.a.session.send(frame('one'));
    await Promise.resolve();
    const { message } = pair.underWay[0]!;
    await pair.settle();
    for (let n = 0; n < 3; n++) pair.b.session.receive(message);
    expect([texts(pair.b.frames), pair.b.dropped]).toEqual([['one'], ['repeated', 'repeated', 'repeated']]);
  });

  it('back to where it came from is ignored: each direction has a key of its own', async () => {
    const pair = await SessionPair.up();
    pair.a.session.send(frame('one'));
    await Promise.resolve();
    pair.a.session.receive(pair.underWay[0]!.message);
    expect([pair.a.frames, pair.a.dropped]).toEqual([[], ['forged']]);
  });

  it('of old requests to send again makes nobody send again', async () => {
    const pair = await SessionPair.up();
    pair.b.session.reconnected();
    const request = pair.underWay[0]!.message;
    await pair.settle();
    pair.a.session.send(frame('one'));
    await Promise.resolve();
    pair.underWay.length = 0;
    pair.a.session.receive(request);
    expect(pair.underWay).toEqual([]);
  });
});

describe('the end', () => {
  it('comes after all that was taken, and is told to both', async () => {
    const pair = await SessionPair.up();
    pair.a.session.send(frame('one'));
    pair.a.session.close('graceful_shutdown');
    expect(pair.a.session.send(frame('two'))).toBe(false);
    await pair.settle();
    expect(texts(pair.b.frames)).toEqual(['one']);
    expect([pair.a.events, pair.b.events]).toEqual([
      ['down graceful_shutdown'],
      ['up', 'down connection_closed'],
    ]);
  });

  it('does not wait longer than a second for a peer that does not answer', async () => {
    const pair = await SessionPair.up();
    pair.a.session.close('graceful_shutdown');
    await pair.clock.advance(FLUSH_MS - 1);
    expect(pair.a.events).toEqual([]);
    await pair.clock.advance(1);
    expect(pair.a.events).toEqual(['down graceful_shutdown']);
  });

  it('does not wait for a peer that missed its heartbeats', async () => {
    const pair = await SessionPair.up();
    pair.a.session.send(frame('one'));
    pair.a.session.close('heartbeat_timeout');
    expect(pair.a.events).toEqual([]);
    await Promise.resolve();
    expect(pair.a.events).toEqual(['down heartbeat_timeout']);
  });

  it('is told again to a peer that missed it, as soon as that one says anything', async () => {
    const pair = await SessionPair.up();
    pair.a.session.close('heartbeat_timeout');
    await Promise.resolve();
    pair.underWay.length = 0;
    pair.b.session.send(frame('still there?'));
    await pair.settle();
    expect(pair.b.events).toEqual(['up', 'down connection_closed']);
    expect(pair.a.frames).toEqual([]);
  });

  it('of both sides at once is one for each, with its own reason', async () => {
    const pair = await SessionPair.up();
    pair.a.session.close('graceful_shutdown');
    pair.b.session.close('connection_closed');
    await pair.settle();
    expect([pair.a.events, pair.b.events]).toEqual([
      ['down graceful_shutdown'],
      ['up', 'down connection_closed'],
    ]);
    expect(pair.clock.pending).toBe(0);
  });
});

describe('a full queue', () => {
  it('refuses a frame, says when half of it is free, and takes one that is larger than the queue only where it is empty', async () => {
    const pair = await SessionPair.up({ maxQueuedBytes: 10_000, windowBytes: 100 });
    const { session } = pair.a;
    pair.a.isUp = false;
    let taken = 0;
    while (session.send(Buffer.alloc(1_000))) taken++;
    expect(taken).toBe(9);
    expect(session.queuedBytes).toBe(9 * 1_004);
    pair.a.isUp = true;
    pair.a.session.reconnected();
    await pair.settle();
    expect(pair.a.events).toEqual(['writable']);
    expect(pair.b.frames).toHaveLength(9);
    expect(session.queuedBytes).toBe(0);
    expect(() => session.send(Buffer.alloc(2 ** 14 + 1))).toThrow(
      expect.objectContaining({ code: 'message_too_large' }),
    );
  });
});
