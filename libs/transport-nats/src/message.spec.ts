import { createSecretKey } from 'node:crypto';
import {
  encodeSent,
  HEAD_BYTES,
  MessageKind,
  openMessage,
  readFrames,
  readSent,
  sealMessage,
  sessionOf,
} from './message.js';

const KEY = createSecretKey(Buffer.alloc(32, 7));
const HEAD = { kind: MessageKind.Data, session: 0x0102030405_06, number: 2 ** 47, ack: 9, credit: 1_000_000 };

function message(body = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEAD_BYTES), body]);
  sealMessage(bytes, HEAD, KEY);
  return bytes;
}

function framesOf(bytes: Buffer): string[] | undefined {
  const frames: string[] = [];
  return readFrames(bytes, (frame) => frames.push(frame.toString())) ? frames : undefined;
}

it('is read as it was sealed', () => {
  expect(openMessage(message(Buffer.from('x')), KEY)).toEqual(HEAD);
  expect(sessionOf(message())).toBe(HEAD.session);
});

it('is written as in release 1 of its form', () => {
  expect(message(Buffer.from('\0\0\0\u0002hi')).toString('hex')).toBe(
    '010102030405068000000000000000000000090000000f424082f767ffbb21994f10f15186de80092f000000026869',
  );
});

it('is of no session where it is too short or of an unknown kind', () => {
  const short = message().subarray(0, HEAD_BYTES - 1);
  const unknown = message();
  unknown[0] = 9;
  expect([sessionOf(short), sessionOf(unknown), sessionOf(Buffer.alloc(0))]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

it('is not opened with a bit changed anywhere', () => {
  const bytes = message(Buffer.from('body'));
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const copy = Buffer.from(bytes);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    expect(openMessage(copy, KEY)).toBeUndefined();
  }
});

it('gives its frames, empty ones too, and says where they are not whole', () => {
  const body = Buffer.from('\0\0\0\u0001a\0\0\0\0\0\0\0\u0002bc');
  expect(framesOf(message(body))).toEqual(['a', '', 'bc']);
  expect(framesOf(message())).toEqual([]);
  expect(framesOf(message(body.subarray(0, -1)))).toBeUndefined();
  expect(framesOf(message(Buffer.concat([body, Buffer.alloc(3)])))).toBeUndefined();
});

it('a probe says what was sent; one of another form says nothing', () => {
  expect(readSent(encodeSent(2 ** 40))).toBe(2 ** 40);
  expect(readSent(message())).toBe(0);
});
