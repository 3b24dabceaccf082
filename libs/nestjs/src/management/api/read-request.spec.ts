import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { queryOf, readObject, textField } from './read-request.js';

const bodyOf = (...parts: string[]) =>
  Readable.from(parts.map((part) => Buffer.from(part))) as IncomingMessage;

describe('a request to the management API', () => {
  it('is read in parts, also where they split a character', async () => {
    const bytes = Buffer.from('{"a":"žluť"}');
    const split = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]) as IncomingMessage;
    expect(await readObject(split, 100)).toEqual({ a: 'žluť' });
  });

  it.each(['', 'x', '[]', 'null', '"text"', '{"a":1'])('is refused where its body is %j', async (body) => {
    await expect(readObject(bodyOf(body), 100)).rejects.toMatchObject({
      status: 400,
      code: 'invalid_request',
    });
  });

  it('may be as large as the limit and not a byte larger', async () => {
    const exact = JSON.stringify({ a: 'x'.repeat(92) });
    expect(await readObject(bodyOf(exact), exact.length)).toEqual({ a: 'x'.repeat(92) });
    await expect(readObject(bodyOf(exact, ' '), exact.length)).rejects.toMatchObject({ status: 413 });
  });

  it('is refused once it is too large, before the rest has come', async () => {
    async function* endless() {
      for (;;) yield Buffer.alloc(60);
    }
    const request = Readable.from(endless()) as IncomingMessage;
    await expect(readObject(request, 100)).rejects.toMatchObject({ status: 413, code: 'too_large' });
  });

  it('has its parameters behind the question mark, decoded', () => {
    expect([...queryOf({ url: '/x?a=1&b=%C5%BE+y' } as IncomingMessage)]).toEqual([
      ['a', '1'],
      ['b', 'ž y'],
    ]);
    expect([...queryOf({ url: '/x' } as IncomingMessage)]).toEqual([]);
  });

  it.each([undefined, '', 7, null, {}])('has no text in %j', (value) => {
    expect(() => textField({ value }, 'value')).toThrow('"value" has to be a text');
  });
});
