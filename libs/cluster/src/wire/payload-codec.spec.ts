import { deepStrictEqual } from 'node:assert';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { ProcessRef, SerializationError } from '@noex/contracts';
import { PayloadCodec } from './payload-codec.js';

const codec = new PayloadCodec();

/** Over the bytes as a transport hands them over: inside a larger buffer that is used again afterwards. */
function roundTrip(payload: unknown): unknown {
  const { buffer, start, end } = codec.encode(payload);
  const frame = new Uint8Array(end - start + 7).fill(0xc1);
  frame.set(buffer.subarray(start, end), 3);
  const decoded = codec.decode(frame, 3, frame.length - 4);
  frame.fill(0xff);
  return decoded;
}

const ref = fc
  .tuple(fc.string({ minLength: 1 }), fc.maxSafeNat(), fc.maxSafeNat())
  .map(([node, incarnation, id]) => new ProcessRef(node, incarnation, id));
const awkwardKey = fc.constantFrom(
  'constructor',
  'prototype',
  'toJSON',
  'hasOwnProperty',
  'length',
  '',
  'then',
);
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 60, maxLength: 300 }),
  fc.double(),
  fc.integer(),
  fc.constantFrom<unknown>(
    NaN,
    -0,
    0,
    Infinity,
    -Infinity,
    null,
    undefined,
    true,
    false,
    2 ** 53,
    -(2 ** 31),
  ),
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  // An invalid date equals no other to `deepStrictEqual`; it has a test of its own.
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(/a+/g, /[\s\S]*?\/x/iu, new RegExp('')),
  fc.uint8Array(),
  ref,
);
const payload: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => {
  const any = tie('any');
  const record = fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), awkwardKey), any, {
    noNullPrototype: true,
    maxKeys: 6,
  });
  return {
    any: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      fc.array(any, { maxLength: 20 }),
      // Own `__proto__` keys have a test of their own below.
      record.map((value) => {
        delete value['__proto__'];
        return value;
      }),
      fc.array(fc.tuple(leaf, any), { maxLength: 5 }).map((entries) => new Map(entries)),
      fc.array(any, { maxLength: 5 }).map((items) => new Set(items)),
    ),
  };
}).any;

it('brings back what was sent', () => {
  fc.assert(
    fc.property(payload, (value) => deepStrictEqual(roundTrip(value), value)),
    { numRuns: 1500 },
  );
});

it('does not change what was sent', () => {
  const value = { zero: -0, map: new Map([['a', [-0]]]), error: new Error('e'), list: [-0, NaN] };
  const before = { ...value, map: new Map(value.map), list: [...value.list] };
  codec.encode(value);
  deepStrictEqual(value, before);
});

describe('errors', () => {
  it('keep name, message, stack, own fields and causes', () => {
    const root = Object.assign(new RangeError('root'), { code: 'E_ROOT', details: { ids: [1n] } });
    const error = new TypeError('outer', { cause: root });
    const copy = roundTrip({ error }) as { error: Error };
    expect(copy.error).toBeInstanceOf(Error);
    expect(copy.error.name).toBe('TypeError');
    expect(copy.error.message).toBe('outer');
    expect(copy.error.stack).toBe(error.stack);
    const cause = copy.error.cause as typeof root;
    expect([cause.name, cause.message, cause.code, cause.details]).toEqual([
      'RangeError',
      'root',
      'E_ROOT',
      { ids: [1n] },
    ]);
    expect(Object.keys(cause)).toEqual(['code', 'details']);
  });
});

describe('binary data', () => {
  // Node's own typed arrays: those of a test's sandbox are another realm's, which no running node has.
  const names = ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64'];
  it.each(names)('%sArray keeps its type and its window', (name) => {
    const Type = (globalThis as never)[`${name}Array`] as Uint8ArrayConstructor;
    const view = deserialize(serialize(new Type([1, 2, 3, 200]))) as Uint8Array;
    const copy = roundTrip(view.subarray(1, 3)) as Uint8Array;
    expect(copy.constructor.name).toBe(`${name}Array`);
    expect([...copy]).toEqual([...view.subarray(1, 3)]);
  });

  it('bytes arrive as bytes that belong to the receiver', () => {
    const copy = roundTrip({ buffer: Buffer.from('abc') }) as { buffer: Uint8Array };
    expect(Buffer.from(copy.buffer).toString()).toBe('abc');
    const { buffer, start, end } = codec.encode(Buffer.from('abc'));
    const frame = Buffer.from(buffer.subarray(start, end));
    expect(Buffer.isBuffer(codec.decode(frame, 0, frame.length))).toBe(true);
  });
});

describe('objects', () => {
  it('without a prototype arrive as plain objects', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1, toJSON: 4 });
    deepStrictEqual(roundTrip({ bare }), { bare: { a: 1, toJSON: 4 } });
  });

  it('may have fields named like parts of JavaScript', () => {
    const value = JSON.parse(
      '{"constructor": 1, "toJSON": 2, "hasOwnProperty": 3, "prototype": 4, "a": [5]}',
    );
    deepStrictEqual(roundTrip(value), value);
  });

  it('never change a prototype', () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    const copy = roundTrip([value, new Map([['__proto__', value]])]) as object[];
    expect(Object.getPrototypeOf(copy[0])).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect((copy[0] as { polluted?: number }).polluted).toBeUndefined();
    // A setter of every object in JavaScript; the codec renames the key.
    expect(Object.keys(copy[0]!)).toEqual(['__proto_', 'constructor']);
  });
});

describe('what it refuses to send', () => {
  it('is refused with a SerializationError, and leaves nothing behind', () => {
    const before = Buffer.from(roundTripBytes({ a: [1, 'x'] }));
    const noRef = new ProcessRef('n', NaN, 1);
    for (const bad of [{ a: () => {} }, [Symbol('s')], { deep: { f() {} } }, { noRef }]) {
      expect(() => codec.encode(bad)).toThrow(SerializationError);
    }
    const wide = Object.fromEntries(Array.from({ length: 65_536 }, (_, i) => [`k${i}`, i]));
    expect(() => codec.encode(wide)).toThrow(SerializationError);
    expect(Buffer.from(roundTripBytes({ a: [1, 'x'] })).equals(before)).toBe(true);
  });

  function roundTripBytes(value: unknown): Uint8Array {
    const { buffer, start, end } = codec.encode(value);
    return buffer.subarray(start, end);
  }
});

describe('bytes of a hostile peer', () => {
  const decode = (hex: string) => {
    const bytes = Buffer.from(hex, 'hex');
    return codec.decode(bytes, 0, bytes.length);
  };

  it.each([
    ['an array of 4 billion', 'ddffffffff'],
    ['a map of 4 billion', 'dfffffffff'],
    ['4 GB of bytes', 'c6ffffffff'],
    ['4 GB of text', 'dbffffffff'],
    ['a 4 GB extension', 'c9ffffffff01'],
    ['a Map of 2 billion', 'd40200dd7fffffff'],
    ['arrays of 16 million, each in the last', 'dd00ffffff'.repeat(20)],
    ['a ref that is none', 'd4010093c0c0c0'],
    ['a ref made of text', 'd40100a3616263'],
    ['a ref with a fraction', 'd40100' + '93a16101' + 'cb3ff8000000000000'],
    ['a ref with a negative number', 'd4010093a161ff01'],
    ['a Map of numbers', 'd402009101'],
    ['an error that is a number', 'd4030001'],
    ['a cycle', 'd6690000000191d67000000001'],
    ['an unknown extension', 'd47f00'],
    ['a token nobody uses inside a record', '81c1c1ff'],
    ['something after the end', 'c0c0'],
    ['nothing', '81'],
  ])('%s does not decode', (_, hex) => {
    const before = process.memoryUsage();
    expect(() => decode(hex)).toThrow();
    const after = process.memoryUsage();
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(64e6);
  });

  it('data nested without end does not decode', () => {
    const bytes = Buffer.alloc(1_000_000, 0x91);
    expect(() => codec.decode(bytes, 0, bytes.length)).toThrow();
    deepStrictEqual(roundTrip([1]), [1]);
  });

  it('keys and records cannot name a prototype', () => {
    const proto = Buffer.from('__proto__').toString('hex');
    const key = `a9${proto}`;
    const polluted = '81a8' + Buffer.from('polluted').toString('hex') + '01';
    for (const hex of [
      `81${key}${polluted}`,
      `81d909${proto}${polluted}`,
      `de0001${key}${polluted}`,
      // a record definition of msgpackr's own
      `d4720191${key}${polluted}`,
    ]) {
      const value = decode(hex) as { polluted?: number };
      expect(value.polluted).toBeUndefined();
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    }
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

it('brings back a date that is none', () => {
  const date = roundTrip(new Date(NaN));
  expect(date).toBeInstanceOf(Date);
  expect((date as Date).getTime()).toBeNaN();
});
