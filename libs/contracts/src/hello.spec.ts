import fc from 'fast-check';
import { identityOf, printable, readHello, readRefusal, type Hello } from './hello.js';

const hello: Hello = {
  id: 'a',
  incarnation: 1_764_000_000_000,
  clusterName: 'shop',
  protocol: { major: 1, minor: 0 },
  address: '10.0.0.1:4369',
  features: ['x'],
};

const read = (fields: object) => readHello({ ...hello, ...fields }, () => true);

it('reads a hello, and of a newer version what it understands', () => {
  const newer = { protocol: { major: 7, minor: 3, patch: 1 }, extra: { a: 1 } };
  expect(read(newer)).toEqual({ ...hello, protocol: { major: 7, minor: 3 } });
  expect(identityOf(read({})!)).toEqual({ id: 'a', incarnation: hello.incarnation, address: hello.address });
});

it.each([
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['a long id', { id: 'x'.repeat(256) }],
  ['an id of two lines', { id: 'a\nb' }],
  ['a long cluster name', { clusterName: 'x'.repeat(256) }],
  ['a fractional incarnation', { incarnation: 1.5 }],
  ['a negative incarnation', { incarnation: -1 }],
  ['a text as incarnation', { incarnation: '1' }],
  ['no protocol', { protocol: null }],
  ['a protocol without minor', { protocol: { major: 1 } }],
  ['an address that is no text', { address: 1 }],
])('refuses a hello with %s', (_, fields) => {
  expect(read(fields)).toBeUndefined();
});

it('leaves it to the transport which addresses a node may have', () => {
  const asked: unknown[] = [];
  const isAddress = (...args: unknown[]) => asked.push(args) > 1;
  expect([readHello(hello, isAddress), readHello(hello, isAddress)]).toEqual([undefined, hello]);
  const { id, incarnation, clusterName, address } = hello;
  expect(asked[0]).toEqual([address, { id, incarnation, clusterName }]);
});

it('takes so many features of a name of that length, and ignores what is none', () => {
  expect(read({ features: ['x', 1, null, '', 'a\nb', 'y'.repeat(256), ['z'], 'of-tomorrow'] })).toEqual({
    ...hello,
    features: ['x', 'of-tomorrow'],
  });
  for (const none of [undefined, null, 'x', 5, { length: 3 }])
    expect(read({ features: none })).toEqual({ ...hello, features: [] });
  const many = Array.from({ length: 1_000 }, (_, n) => `f${n}`);
  expect(read({ features: many })).toEqual({ ...hello, features: many.slice(0, 64) });
});

it('reads a refusal, and one of a newer version as one of the protocol', () => {
  expect(readRefusal({ code: 'name_taken', message: 'why' })).toEqual({ code: 'name_taken', message: 'why' });
  expect(readRefusal({ code: 'of_tomorrow', message: 'm' })).toEqual({
    code: 'protocol_version',
    message: 'm',
  });
  expect(readRefusal({ code: 'toString', message: 'm' })).toMatchObject({ code: 'protocol_version' });
  for (const bad of [undefined, { code: 'self' }, { message: 'm' }, { code: 1, message: 'm' }])
    expect(readRefusal(bad)).toBeUndefined();
});

it('never throws, whatever is sent', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      readHello(value, () => true);
      readRefusal(value);
    }),
  );
});

it('keeps a stranger from writing into the log', () => {
  expect(readRefusal({ code: 'name_taken', message: 'a\nb\u001b[31m' })).toMatchObject({
    message: 'a?b?[31m',
  });
  expect(printable('a\nb\u001b[31m')).toBe('a?b?[31m');
  expect(printable('x'.repeat(1_000))).toHaveLength(500);
  expect(printable('x'.repeat(10_000))).toHaveLength(500);
  expect(printable('Zürich 東京')).toBe('Zürich 東京');
});
