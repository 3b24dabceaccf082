import { Type } from 'class-transformer';
import { IsArray, IsDate, IsDefined, IsInt, IsObject, IsString, Min, ValidateNested } from 'class-validator';
import { z } from 'zod';
import { ProcessRef } from '@noex/contracts';
import { MessageRejected } from '@noex/runtime';
import { validatorOf } from './payload-validation.js';

class Line {
  @IsString() sku!: string;
  @IsInt() @Min(1) quantity!: number;
}

class Order {
  @IsString() id!: string;
  @IsArray() @ValidateNested({ each: true }) @Type(() => Line) lines!: Line[];
  @IsDate() @Type(() => Date) at!: Date;
}

class Bag {
  @IsDefined() v!: unknown;
}

class Counts {
  @IsObject() words!: Record<string, number>;
}

class Plain {
  anything?: string;
}

function reject(type: unknown, payload: unknown): MessageRejected {
  try {
    validatorOf(type)!(payload);
  } catch (error) {
    if (error instanceof MessageRejected) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('a payload whose declared class has rules', () => {
  it('reaches the handler as an instance, nested ones and dates converted as declared', () => {
    const at = '2026-01-02T03:04:05.000Z';
    const order = validatorOf(Order)!({ id: 'o1', lines: [{ sku: 'A', quantity: 2 }], at }) as Order;
    expect(order).toBeInstanceOf(Order);
    expect(order.lines[0]).toBeInstanceOf(Line);
    expect(order.at).toEqual(new Date(at));
  });

  it('is refused with every violation and the way to it', () => {
    const { message, violations } = reject(Order, {
      id: 7,
      lines: [{ sku: 'A', quantity: 0 }, { quantity: 1 }],
      at: 1,
    });
    expect(violations).toEqual([
      { field: 'id', rules: { isString: 'id must be a string' } },
      { field: 'lines.0.quantity', rules: { min: 'quantity must not be less than 1' } },
      { field: 'lines.1.sku', rules: { isString: 'sku must be a string' } },
    ]);
    expect(message).toContain('not a valid Order');
  });

  it.each([undefined, null, 'text', 5, [{ v: 1 }]])('is refused when it is %p and no object', (payload) => {
    expect(reject(Bag, payload).violations).toEqual([
      { field: '', rules: { object: 'must be an object of Bag' } },
    ]);
  });

  const values: [string, unknown][] = [
    ['a Map', new Map([['a', 1]])],
    ['a Set', new Set([1])],
    ['bytes', new Uint8Array([1, 2, 3])],
    ['floats', new Float64Array([1.5])],
    ['a buffer of bytes', new ArrayBuffer(4)],
    ['a pattern', /a/gi],
    ['an error', new TypeError('x', { cause: 'y' })],
    ['a big number', 2n ** 70n],
    ['a ref', new ProcessRef('n', 1, 2)],
    ['an object with names of its prototype', { constructor: 2, toString: 3, hasOwnProperty: 4, then: 5 }],
  ];
  it.each(values)('keeps %s as it is', (_what, v) => {
    expect((validatorOf(Bag)!({ v }) as Bag).v).toBe(v);
  });

  it('may have fields named as those of every object', () => {
    const words = { constructor: 2, __proto__: 1, hasOwnProperty: 3 };
    expect((validatorOf(Counts)!({ words }) as Counts).words).toBe(words);
  });

  it('is refused where a field of its own hides its class, and pollutes nothing', () => {
    const odd: unknown = JSON.parse('{"v":1,"constructor":2,"__proto__":{"polluted":true}}');
    expect(reject(Bag, odd).violations).toHaveLength(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is refused, and the process lives, when a conversion throws', () => {
    class Fragile {
      @IsDefined()
      @Type(() => {
        throw new Error('no type');
      })
      v!: unknown;
    }
    expect(reject(Fragile, { v: {} }).violations).toMatchObject([{ rules: { unreadable: 'no type' } }]);
  });

  it('passes an instance of the class on without a copy', () => {
    const bag = Object.assign(new Bag(), { v: 1 });
    expect(validatorOf(Bag)!(bag)).toBe(bag);
  });
});

it('a handler whose declared type has no rules has no validator', () => {
  for (const type of [Plain, Object, String, Number, Array, undefined])
    expect(validatorOf(type)).toBeUndefined();
});

describe('a payload with a schema', () => {
  const schema = z.object({
    sku: z.string(),
    lines: z.array(z.object({ quantity: z.coerce.number().int() })),
  });

  it('is what the schema makes of it', () => {
    const check = validatorOf(schema)!;
    expect(check({ sku: 'A1', lines: [{ quantity: '2' }], extra: 1 })).toEqual({
      sku: 'A1',
      lines: [{ quantity: 2 }],
    });
  });

  it('is rejected with every violation and the way to it', () => {
    const error = reject(schema, { sku: 1, lines: [{ quantity: 1 }, { quantity: 'x' }] });
    expect(error.violations).toMatchObject([{ field: 'sku' }, { field: 'lines[1].quantity' }]);
    expect(error.message).toMatch(/^the payload does not fit its schema: .+; .+/);
  });

  it('may take its time, and is rejected then', async () => {
    const slow = z.string().refine((text) => Promise.resolve(text !== 'taken'), 'is taken');
    const check = validatorOf(slow)!;
    expect(await check('free')).toBe('free');
    await expect(check('taken')).rejects.toMatchObject({ violations: [{ rules: { schema: 'is taken' } }] });
  });
});
