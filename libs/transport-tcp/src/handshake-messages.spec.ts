import fc from 'fast-check';
import {
  decodeMessage,
  encodeMessage,
  type HandshakeMessage,
  type HelloMessage,
} from './handshake-messages.js';

const hello: HelloMessage = {
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
  ['an address nobody can dial', { address: 'nowhere' }],
  ['a long address', { address: `${'x'.repeat(254)}:1` }],
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
});
