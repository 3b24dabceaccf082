import { runInNewContext } from 'node:vm';
import { ProcessRef, SerializationError } from '@noex/contracts';
import { toSendable, WireError, WireMap, WireNegativeZero } from './sendable.js';

function refusal(value: unknown): SerializationError {
  try {
    toSendable(value);
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationError);
    return error as SerializationError;
  }
  throw new Error('was sendable');
}

describe('plain data', () => {
  it.each([
    ['text', 'a'],
    ['a number', 1.5],
    ['NaN', NaN],
    ['null', null],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a date', new Date(0)],
    ['a regular expression', /a/g],
    ['bytes', Buffer.from('a')],
    ['a ref', new ProcessRef('n', 1, 2)],
    ['nested data', { a: [1, { b: null, c: [] }], d: undefined, e: NaN, f: [NaN] }],
  ])('%s comes back as it is', (_, value) => {
    expect(toSendable(value)).toBe(value);
  });

  it('copies only what holds something that needs a form of its own', () => {
    const untouched = { a: [1] };
    const value = { untouched, changed: { zero: -0 } };
    const sendable = toSendable(value) as typeof value;
    expect(sendable).not.toBe(value);
    expect(sendable.untouched).toBe(untouched);
    expect(sendable.changed.zero).toBeInstanceOf(WireNegativeZero);
    expect(Object.is(value.changed.zero, -0)).toBe(true);
  });

  it('takes the fields of an instance of a class that is nothing but its fields', () => {
    class Item {
      readonly sku = 'A1';
    }
    class Line extends Item {
      readonly quantity = -0;
    }
    const sendable = toSendable({ items: [new Item(), new Line()] }) as { items: object[] };
    expect(sendable).toEqual({ items: [{ sku: 'A1' }, { sku: 'A1', quantity: new WireNegativeZero() }] });
    for (const item of sendable.items) expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
  });

  it('takes the fields of an object of another realm', () => {
    const sendable = toSendable(runInNewContext('({ sku: "A1" })')) as object;
    expect(sendable).toEqual({ sku: 'A1' });
  });

  it('takes an AggregateError with the errors in it', () => {
    const error = new AggregateError([new Error('a'), new Map()], 'both');
    const { own } = toSendable(error) as WireError;
    expect(own['errors']).toEqual([expect.any(WireError), expect.any(WireMap)]);
  });

  it('swaps maps and errors, inside each other as well', () => {
    const cause = new Error('why', { cause: new Map([['k', -0]]) });
    const sendable = toSendable(new Map([[{ id: 1 }, cause]])) as WireMap;
    expect(sendable).toBeInstanceOf(WireMap);
    const [key, error] = sendable.entries[0]! as [unknown, WireError];
    expect(key).toEqual({ id: 1 });
    expect(error).toBeInstanceOf(WireError);
    expect((error.own['cause'] as WireMap).entries[0]![1]).toBeInstanceOf(WireNegativeZero);
  });

  it('keeps an own __proto__ key a key', () => {
    const value = JSON.parse('{"__proto__": {"zero": -0}}') as object;
    const sendable = toSendable(value) as object;
    expect(Object.getPrototypeOf(sendable)).toBe(Object.prototype);
    expect(Object.keys(sendable)).toEqual(['__proto__']);
  });
});

describe('what cannot be sent', () => {
  const fn = () => {};
  it.each([
    ['payload', fn],
    ['payload', Symbol('s')],
    ['payload.a', { a: fn }],
    ['payload.a[1].b', { a: [0, { b: Symbol('s') }] }],
    ['payload[2]', [1, 'x', fn]],
    ['payload.m.k', { m: new Map([['k', fn]]) }],
    ['payload.m.key 0', { m: new Map([[fn, 1]]) }],
    ['payload.s[0]', { s: new Set([fn]) }],
    ['payload.cause', new Error('e', { cause: fn })],
    ['payload.handler', Object.assign(new Error('e'), { handler: fn })],
  ])('is named by its path: %s', (path, value) => {
    const error = refusal(value);
    expect(error.message).toContain(`at ${path};`);
    expect(error.data).toEqual({ path });
    expect(error.outcome).toBe('not-run');
  });

  it('a cycle ends with an error, not with the stack', () => {
    const record: Record<string, unknown> = {};
    record['self'] = record;
    const list: unknown[] = [];
    list.push(list);
    const error = new Error('e');
    error.cause = error;
    const map = new Map<string, unknown>();
    map.set('self', map);
    for (const cyclic of [record, list, error, map]) {
      expect(refusal(cyclic).message).toContain('a cycle?');
    }
  });

  it('takes 200 levels and refuses more', () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let i = 0; i < levels; i++) value = { value };
      return value;
    };
    expect(() => toSendable(nested(201))).not.toThrow();
    expect(() => toSendable(nested(202))).toThrow(SerializationError);
  });

  it.each<[string, unknown]>([
    ['a promise', Promise.resolve(1)],
    ['WeakMap', new WeakMap()],
    ['URL', new URL('http://localhost/')],
    ['String', Object('boxed')],
  ])('%s is refused: its data is not in its fields', (what, value) => {
    expect(refusal({ value }).message).toMatch(new RegExp(`${what}.* at payload\\.value`));
  });

  class Cart {
    items = [1];
    total() {
      return this.items.length;
    }
  }
  class Labelled {
    sku = 'A1';
    get label() {
      return this.sku;
    }
  }
  it.each<[string, object]>([
    ['Cart', new Cart()],
    ['Labelled', new Labelled()],
    ['Bare', new (class Bare extends Cart {})()],
    [
      'Hidden',
      new (class Hidden {
        [Symbol.iterator]() {}
      })(),
    ],
    ['a class with methods', Object.create({ greet() {} }) as object],
    [
      'a class with methods',
      Object.create(Object.assign(Object.create(null) as object, { inherited: 1 })) as object,
    ],
  ])('an instance of a class that can do something is named with its class and path: %s', (name, value) => {
    // The second time it is known of the class.
    for (let n = 0; n < 2; n++) {
      const error = refusal({ items: [0, 1, value] });
      expect(error.message).toBe(`cannot send an instance of ${name} at payload.items[2]; send plain data`);
      expect(error.data).toEqual({ path: 'payload.items[2]' });
    }
  });

  it('a toJSON is not called: an object with one that is its own has a function in it', () => {
    expect(refusal({ toJSON: () => 'x' }).data).toEqual({ path: 'payload.toJSON' });
    expect(toSendable({ toJSON: 1 })).toEqual({ toJSON: 1 });
  });
});
