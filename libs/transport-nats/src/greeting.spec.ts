import fc from 'fast-check';
import { PROTOCOL_VERSION, type Hello } from '@noex/contracts';
import { decodeGreeting, encodeGreeting, type Greeting } from './greeting.js';
import { addressOf } from './subjects.js';

const IDENTITY = { id: 'a', incarnation: 3, clusterName: 'shop' };
const FROM: Hello = {
  ...IDENTITY,
  protocol: PROTOCOL_VERSION,
  address: addressOf(IDENTITY),
  features: ['zip'],
};
const NONCE = 'nonce-of-16-byte';

const GREETINGS: Greeting[] = [
  { kind: 'presence', from: FROM },
  { kind: 'knock', from: FROM, nonce: NONCE },
  { kind: 'offer', from: FROM, nonce: NONCE, credit: 1_000 },
  { kind: 'answer', from: FROM, nonce: NONCE, to: NONCE, key: 'abcd', credit: 1_000 },
  { kind: 'refuse', from: FROM, to: NONCE, code: 'name_taken', message: 'why' },
];

const decode = (value: unknown) => decodeGreeting(Buffer.from(JSON.stringify(value)));

it.each(GREETINGS)('$kind is read as it was written', (greeting) => {
  expect(decodeGreeting(encodeGreeting(greeting))).toEqual(greeting);
});

it('what is of no form is nothing', () => {
  const [presence, knock, offer, answer, refuse] = GREETINGS as [
    Greeting,
    Greeting,
    Greeting,
    Greeting,
    Greeting,
  ];
  for (const bad of [
    null,
    1,
    [],
    {},
    { ...presence, kind: 'other' },
    { ...presence, from: undefined },
    { ...presence, from: { ...FROM, address: 'noex.c2hvcA.1.n.Yg.3' } },
    { ...presence, from: { ...FROM, id: 'a\nb' } },
    { ...presence, from: { ...FROM, incarnation: -1 } },
    { ...presence, from: { ...FROM, clusterName: 'x'.repeat(256) } },
    { ...presence, from: { ...FROM, protocol: undefined } },
    { ...knock, nonce: 'short' },
    { ...offer, credit: '1' },
    { ...answer, to: 7 },
    { ...refuse, message: undefined },
  ]) {
    expect(decode(bad)).toBeUndefined();
  }
});

it('reads no more than it understands: unknown codes come from newer nodes, too many features are cut', () => {
  expect(decode({ ...GREETINGS[4], code: 'brand_new' })).toMatchObject({ code: 'protocol_version' });
  const features = Array.from({ length: 100 }, (_, n) => `f${n}`);
  const read = decode({ kind: 'presence', from: { ...FROM, features: [...features, 7] } });
  expect(read!.from.features).toEqual(features.slice(0, 64));
});

it('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)),
      (bytes) => void decodeGreeting(Buffer.from(bytes)),
    ),
  );
  expect(decodeGreeting(Buffer.alloc(100_000, '['))).toBeUndefined();
});
