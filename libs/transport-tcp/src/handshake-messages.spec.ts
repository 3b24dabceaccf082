import fc from 'fast-check';
import {
  decodeMessage,
  encodeMessage,
  printable,
  type HandshakeMessage,
  type Hello,
} from './handshake-messages.js';

const hello: Hello = {
  kind: 'hello',
  id: 'a',
  incarnation: 1_764_000_000_000,
  clusterName: 'shop',
  protocol: { major: 1, minor: 0 },
  address: '10.0.0.1:4369',
  features: ['x'],
};

it.each<HandshakeMessage>([
  hello,
  { kind: 'ready' },
  { kind: 'accept' },
  { kind: 'refuse', code: 'cluster_name', message: 'because' },
])('survives the wire: $kind', (message) => {
  expect(decodeMessage(encodeMessage(message))).toEqual(message);
});

it('ignores fields of a newer version', () => {
  const newer = encodeMessage({ ...hello, protocol: { major: 7, minor: 3 }, extra: { a: 1 } } as never);
  expect(decodeMessage(newer)).toEqual({ ...hello, protocol: { major: 7, minor: 3 } });
  const code = encodeMessage({ kind: 'refuse', code: 'of_tomorrow', message: 'm' } as never);
  expect(decodeMessage(code)).toEqual({ kind: 'refuse', code: 'protocol_version', message: 'm' });
});

it.each([
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['a long id', { id: 'x'.repeat(256) }],
  ['an id of two lines', { id: 'a\nb' }],
  ['a fractional incarnation', { incarnation: 1.5 }],
  ['a negative incarnation', { incarnation: -1 }],
  ['a text as incarnation', { incarnation: '1' }],
  ['no protocol', { protocol: null }],
  ['a protocol without minor', { protocol: { major: 1 } }],
  ['an address nobody can dial', { address: 'nowhere' }],
])('refuses a hello with %s', (_, fields) => {
  expect(decodeMessage(encodeMessage({ ...hello, ...fields } as never))).toBeUndefined();
});

it('refuses everything else, and never throws', () => {
  const magic = Buffer.from('NOEX');
  for (const body of [
    '',
    'null',
    '1',
    '[]',
    '{}',
    '{"kind":"constructor"}',
    '{"kind":"__proto__"}',
    '{',
    '\xff',
  ]) {
    expect(decodeMessage(Buffer.concat([magic, Buffer.from(body)]))).toBeUndefined();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.json(), (bytes, json) => {
      decodeMessage(bytes);
      decodeMessage(Buffer.concat([magic, bytes]));
      decodeMessage(Buffer.concat([magic, Buffer.from(json)]));
    }),
  );
});

it('keeps a stranger from writing into the log', () => {
  const message = encodeMessage({ kind: 'refuse', code: 'name_taken', message: 'a\nb\u001b[31m' });
  expect(decodeMessage(message)).toMatchObject({ message: 'a?b?[31m' });
  expect(printable('x'.repeat(10_000))).toHaveLength(500);
  expect(printable('Zürich 東京')).toBe('Zürich 東京');
});

it('takes so many features of a name of that length, and ignores what is none', () => {
  const read = (features: unknown) => decodeMessage(encodeMessage({ ...hello, features } as never));
  expect(read(['x', 1, null, '', 'a\nb', 'y'.repeat(256), ['z'], 'of-tomorrow'])).toEqual({
    ...hello,
    features: ['x', 'of-tomorrow'],
  });
  for (const none of [undefined, null, 'x', 5, { length: 3 }])
    expect(read(none)).toEqual({ ...hello, features: [] });
  const many = Array.from({ length: 1_000 }, (_, n) => `f${n}`);
  expect(read(many)).toEqual({ ...hello, features: many.slice(0, 64) });
});
