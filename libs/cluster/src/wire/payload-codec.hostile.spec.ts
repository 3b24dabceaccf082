import { deepStrictEqual } from 'node:assert';
import { PayloadCodec } from './payload-codec.js';

const codec = new PayloadCodec();

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
    deepStrictEqual(codec.copy([1]), [1]);
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
