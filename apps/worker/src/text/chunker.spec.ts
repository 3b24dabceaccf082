import { cutChunks, type Chunk, type ChunkOptions } from './chunker.js';

async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function cut(options: ChunkOptions, ...parts: (string | Uint8Array)[]): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of cutChunks(pieces(...parts), options)) chunks.push(chunk);
  return chunks;
}

async function cutText(options: ChunkOptions, ...parts: (string | Uint8Array)[]): Promise<string[]> {
  return (await cut(options, ...parts)).map((chunk) => chunk.bytes.toString());
}

describe('cutChunks', () => {
  it('has no chunk for an empty text, with or without empty pieces', async () => {
    expect(await cut({})).toEqual([]);
    expect(await cut({}, '', '')).toEqual([]);
  });

  it('has one chunk, with its own bytes, for a text that fits', async () => {
    const piece = Buffer.from('one line, no end');
    const [chunk, ...others] = await cut({}, piece);
    piece.fill('x');
    expect(others).toEqual([]);
    expect(chunk).toEqual({ index: 0, bytes: Buffer.from('one line, no end'), continuesWord: false });
  });

  it('cuts after the last line end that fits', async () => {
    expect(await cutText({ targetBytes: 8 }, 'a b\nc\nd e f')).toEqual(['a b\nc\n', 'd e f']);
    expect(await cutText({ targetBytes: 8 }, 'ab\r\ncd\r\nef\r\n')).toEqual(['ab\r\ncd\r\n', 'ef\r\n']);
    expect(await cutText({ targetBytes: 7 }, 'ab\r\n\r\n\r', '\nc')).toEqual(['ab\r\n\r\n', '\r\nc']);
  });

  it('cuts a line that does not fit after white space', async () => {
    expect(await cutText({ targetBytes: 8 }, 'one-two three')).toEqual(['one-two ', 'three']);
    expect(await cutText({ targetBytes: 8 }, 'a b c-d-e-f')).toEqual(['a b ', 'c-d-e-f']);
  });

  it('cuts a word that does not fit after a character that is no letter, and says so', async () => {
    expect(await cut({ targetBytes: 8 }, 'one.two.three four')).toEqual([
      { index: 0, bytes: Buffer.from('one.two.'), continuesWord: false },
      { index: 1, bytes: Buffer.from('three '), continuesWord: true },
      { index: 2, bytes: Buffer.from('four'), continuesWord: false },
    ]);
    expect(await cutText({ targetBytes: 10 }, '語語。語語語')).toEqual(['語語。', '語語語']);
    expect(await cutText({ targetBytes: 4 }, 'ab1', '2cd')).toEqual(['ab12', 'cd']);
  });

  it('keeps a run of letters whole up to maxBytes', async () => {
    expect(await cutText({ targetBytes: 4, maxBytes: 16 }, 'abcdefghij. klm')).toEqual([
      'abcdefghij. ',
      'klm',
    ]);
    expect(await cutText({ targetBytes: 4, maxBytes: 16 }, 'abcdefghij. k l m n o')).toEqual([
      'abcdefghij. ',
      'k l ',
      'm n ',
      'o',
    ]);
    expect(await cutText({ targetBytes: 4, maxBytes: 6 }, 'abcdef', '.')).toEqual(['abcdef', '.']);
    expect(await cutText({ targetBytes: 4, maxBytes: 9 }, 'äöü', 'ß', ' x')).toEqual(['äöüß ', 'x']);
  });

  it('cuts a longer run of letters between two characters', async () => {
    expect(await cutText({ targetBytes: 4, maxBytes: 5 }, 'abcdefg')).toEqual(['abcde', 'fg']);
    expect(await cutText({ targetBytes: 4, maxBytes: 5 }, 'äöü')).toEqual(['äö', 'ü']);
    expect(await cutText({ targetBytes: 1, maxBytes: 5 }, '語語語')).toEqual(['語', '語', '語']);
    const chunks = await cut({ targetBytes: 4, maxBytes: 4 }, '𐐀𐐁');
    expect(chunks.map((chunk) => [chunk.bytes.toString(), chunk.continuesWord])).toEqual([
      ['𐐀', false],
      ['𐐁', true],
    ]);
  });

  it('passes bytes that are no UTF-8 through; they end a run of letters', async () => {
    const bytes = Buffer.from([0x61, 0x62, 0xff, 0x63, 0x64, 0x65, 0xe4, 0xbd]);
    expect((await cut({ targetBytes: 4 }, bytes)).map((chunk) => [...chunk.bytes])).toEqual([
      [0x61, 0x62, 0xff],
      [0x63, 0x64, 0x65, 0xe4, 0xbd],
    ]);
  });

  it('does not take a character that has come in part for one that is no letter', async () => {
    const [first, second, third] = Buffer.from('語');
    const parts = [Buffer.from([0x61, first!]), Buffer.from([second!]), Buffer.from([third!]), 'b'];
    expect(await cutText({ targetBytes: 2 }, ...parts)).toEqual(['a語b']);
  });

  it('reads no further than the next chunk needs', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read += 1;
        yield Buffer.from('line\n');
      }
    }
    const chunks = cutChunks(endless(), { targetBytes: 10 });
    await chunks.next();
    expect(read).toBe(2);
    await chunks.next();
    expect(read).toBe(4);
    await chunks.return();
  });

  it('throws what its source throws', async () => {
    async function* brokenOff(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half a li');
      throw new Error('connection reset');
    }
    await expect(cutChunks(brokenOff(), { targetBytes: 100 }).next()).rejects.toThrow('connection reset');
  });

  it.each([
    [{ targetBytes: 0 }, 'targetBytes'],
    [{ targetBytes: 1.5 }, 'targetBytes'],
    [{ targetBytes: 1, maxBytes: 3 }, 'maxBytes'],
    [{ targetBytes: 10, maxBytes: 9 }, 'maxBytes'],
  ])('refuses %j', async (options, name) => {
    await expect(cutChunks(pieces('a'), options).next()).rejects.toThrow(name);
  });
});
