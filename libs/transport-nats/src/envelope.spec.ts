import fc from 'fast-check';
import { isEnvelope, open, seal } from './envelope.js';
import { deriveKey, OPEN_KEY, type ClusterKey } from './keyring.js';

const BODY = Buffer.from('{"hello":true}');
let [older, newer, other]: ClusterKey[] = [];

beforeAll(
  async () => void ([older, newer, other] = await Promise.all(['old', 'new', 'other'].map(deriveKey))),
);

it('is opened by whoever holds one of the secrets, which are named in the order of the sender', () => {
  const message = seal([newer!, older!], 'to.b', BODY);
  expect(isEnvelope(message)).toBe(true);
  expect(open([older!, newer!], 'to.b', message)).toEqual({
    kind: 'open',
    body: BODY,
    keys: [newer!.id, older!.id],
  });
  expect(open([older!], 'to.b', message)).toEqual({ kind: 'open', body: BODY, keys: [older!.id] });
});

it('is of no use to anybody else, nor for another subject', () => {
  const message = seal([newer!, older!], 'to.b', BODY);
  expect(open([other!], 'to.b', message).kind).toBe('forged');
  expect(open([OPEN_KEY], 'to.b', message).kind).toBe('forged');
  expect(open([newer!], 'to.c', message).kind).toBe('forged');
});

it('with a bit changed anywhere is not opened with a changed body', () => {
  const message = seal([newer!], 'to.b', BODY);
  for (let bit = 0; bit < message.length * 8; bit++) {
    const copy = Buffer.from(message);
    copy[bit >> 3]! ^= 1 << (bit & 7);
    expect(open([newer!], 'to.b', copy).kind).not.toBe('open');
  }
});

it('any other bytes are unreadable or forged, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, marked) => {
      const message = Buffer.from(bytes);
      if (marked && message.length > 0) message[0] = 0x4e;
      expect(open([newer!, older!], 'to.b', message).kind).not.toBe('open');
    }),
  );
});
