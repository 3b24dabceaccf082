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
  fc.tuple(fc.bigInt({ min: -3n, max: 3n }), fc.nat(5_000)).map(([n, bits]) => (n << BigInt(bits)) + n),
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
    expect(Object.keys(copy.error)).toEqual([]);
  });

  it('keep chains of causes and the errors of an AggregateError, whatever they hold', () => {
    const text = fc.string({ unit: 'binary', maxLength: 10 });
    const error: fc.Arbitrary<unknown> = fc.letrec<{ error: Error; cause: unknown }>((tie) => {
      const cause = tie('cause');
      return {
        cause: fc.oneof({ maxDepth: 4 }, leaf, tie('error'), fc.array(tie('error'), { maxLength: 2 })),
        error: fc.oneof(
          { maxDepth: 4 },
          text.map((message) => new RangeError(message)),
          fc.tuple(text, cause).map(([message, why]) => new TypeError(message, { cause: why })),
          fc
            .tuple(text, fc.array(cause, { maxLength: 3 }))
            .map(([message, all]) => new AggregateError(all, message)),
          fc.tuple(text, leaf).map(([code, value]) => Object.assign(new Error('own'), { code, value })),
        ),
      };
    }).error;
    fc.assert(
      fc.property(error, (value) => deepStrictEqual(describe(roundTrip(value)), describe(value))),
      { numRuns: 300 },
    );

    /** An error as plain data: its class is known by its name alone. */
    function describe(value: unknown): unknown {
      if (Array.isArray(value)) return value.map(describe);
      if (!(value instanceof Error)) return value;
      const { name, message, stack, ...own } = value;
      const errors: unknown = (value as AggregateError).errors;
      return {
        name,
        message,
        stack,
        own,
        cause: 'cause' in value && describe(value.cause),
        errors: describe(errors),
      };
    }
  });
});

describe('text', () => {
  const illFormed = fc
    .array(fc.constantFrom('a', 'é', '😀', '\ud800', '\udc00', '\udfff', '\udbff'), { maxLength: 60 })
    .map((parts) => parts.join(''));

  it('that is Unicode arrives as it is; half a surrogate pair becomes U+FFFD, and nothing else moves', () => {
    const replaced = (text: string) => text.replace(/[\p{Surrogate}\ufffd]+/gu, '\ufffd');
    fc.assert(
      fc.property(illFormed, (value) => {
        const [copy, next] = roundTrip([value, 'next']) as [string, string];
        expect(next).toBe('next');
        expect(replaced(copy)).toBe(replaced(value));
        if (!/\p{Surrogate}/u.test(value)) expect(copy).toBe(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a list with holes', () => {
  it('arrives with undefined in their place', () => {
    deepStrictEqual(roundTrip([1, , -0, , 2]), [1, undefined, -0, undefined, 2]);
  });
});

it('a bigint of a million bits arrives as it is', () => {
  for (const sign of [1n, -1n]) {
    const large = sign * (1n << 1_000_000n) + 12_345n;
    expect(roundTrip(large) === large).toBe(true);
  }
});

describe('binary data', () => {
  // Node's own typed arrays: those of a test's sandbox are another realm's, which no running node has.
  const native = <T>(value: T): T => deserialize(serialize(value)) as T;
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 64 });

  it.each<[name: string, bytesPerItem: number]>([
    ['Int8Array', 1],
    ['Uint8Array', 1],
    ['Uint8ClampedArray', 1],
    ['Int16Array', 2],
    ['Uint16Array', 2],
    ['Int32Array', 4],
    ['Uint32Array', 4],
    ['Float32Array', 4],
    ['Float64Array', 8],
    ['BigInt64Array', 8],
    ['BigUint64Array', 8],
    ['DataView', 1],
  ])('%s keeps its type, its window and its bytes', (name, bytesPerItem) => {
    const Type = (globalThis as never)[name] as Uint8ArrayConstructor;
    fc.assert(
      fc.property(bytes, fc.nat(3), (content, skip) => {
        const offset = skip * bytesPerItem;
        const length = Math.floor(content.length / bytesPerItem);
        const buffer = new ArrayBuffer(offset + length * bytesPerItem + 5);
        new Uint8Array(buffer).set(content.subarray(0, length * bytesPerItem), offset);
        const own = new Type(buffer, offset, length);
        const view = name === 'DataView' ? own : native(own);
        const copy = roundTrip({ view }) as { view: Uint8Array };
        expect(copy.view.constructor.name).toBe(view.constructor.name);
        const bytesOf = (it: ArrayBufferView) =>
          Buffer.from(it.buffer, it.byteOffset, it.byteLength).toString('hex');
        expect(bytesOf(copy.view)).toBe(bytesOf(view));
      }),
      { numRuns: 50 },
    );
  });

  it('an ArrayBuffer arrives as one', () => {
    const copy = roundTrip(Uint8Array.of(1, 2, 3).buffer) as ArrayBuffer;
    expect([Object.prototype.toString.call(copy), [...new Uint8Array(copy)]]).toEqual([
      '[object ArrayBuffer]',
      [1, 2, 3],
    ]);
  });

  it('bytes arrive as bytes that belong to the receiver', () => {
    const copy = roundTrip({ buffer: Buffer.from('abc') }) as { buffer: Uint8Array };
    expect(Buffer.from(copy.buffer).toString()).toBe('abc');
    const { buffer, start, end } = codec.encode(Buffer.from('abc'));
    const frame = Buffer.from(buffer.subarray(start, end));
    expect(Buffer.isBuffer(codec.decode(frame, 0, frame.length))).toBe(true);
  });
});

it.each(Array.from({ length: 40 }, (_, i) => 110 + i))(
  'what takes about %i bytes is read whole, wherever it stands, and stays when the next is read',
  (bytes) => {
    const value = { text: 'é'.repeat((bytes - 30) / 2), key: 'v', blob: Buffer.alloc(8, bytes) };
    const { buffer, start, end } = codec.encode(value);
    const frame = Buffer.alloc(1_000, 0xff);
    buffer.copy(frame, 500, start, end);
    const read = codec.decode(frame, 500, 500 + end - start);
    roundTrip({ text: 'x'.repeat(40), blob: Buffer.alloc(40) });
    deepStrictEqual(read, value);
    expect(() => codec.decode(frame, 500, 500 + end - start - 1)).toThrow();
  },
);

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

it('brings back a date that is none', () => {
  const date = roundTrip(new Date(NaN));
  expect(date).toBeInstanceOf(Date);
  expect((date as Date).getTime()).toBeNaN();
});
