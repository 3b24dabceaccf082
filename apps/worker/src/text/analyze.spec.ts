import { analyzeChunk } from './analyze.js';

function analyze(text: string | Uint8Array, continuesWord = false) {
  const { terms, ...counts } = analyzeChunk(Buffer.from(text), continuesWord);
  return { ...counts, terms: Object.fromEntries(terms) };
}

describe('analyzeChunk', () => {
  it('counts nothing in nothing', () => {
    expect(analyze('')).toEqual({ bytes: 0, lines: 0, words: 0, terms: {} });
  });

  it('counts line ends, words and terms', () => {
    expect(analyze('The cat, the hat.\nNo final')).toEqual({
      bytes: 26,
      lines: 1,
      words: 6,
      terms: { the: 2, cat: 1, hat: 1, no: 1, final: 1 },
    });
  });

  it('takes the six kinds of ASCII white space, and only those, to end a word', () => {
    expect(analyze('a\tb\nc\vd\fe\rf g').words).toBe(7);
    expect(analyze('a\0b\u00a0c\u2003d\u0085e').words).toBe(1);
  });

  it('counts words that hold no term', () => {
    expect(analyze('-- 42 \u{1f600} \r\n')).toEqual({ bytes: 13, lines: 1, words: 3, terms: {} });
  });

  it('leaves a word that began in the chunk before to that chunk', () => {
    expect(analyze('ble two', true)).toMatchObject({ words: 1, terms: { ble: 1, two: 1 } });
  });

  it('takes letters of all scripts for terms, and neither digits nor marks', () => {
    expect(analyze('x2y Größe größe 語語。語 e\u0301t don’t').terms).toEqual({
      x: 1,
      y: 1,
      größe: 2,
      語語: 1,
      語: 1,
      e: 1,
      t: 2,
      don: 1,
    });
  });

  it('lower-cases a whole run, after it was cut out', () => {
    expect(analyze('ΟΔΟΣ οδος').terms).toEqual({ οδος: 2 });
    // One letter becomes a letter and a mark; still one term.
    expect(analyze('İX').terms).toEqual({ 'i\u0307x': 1 });
  });

  it('lets bytes that are no UTF-8 end a run', () => {
    const invalid = Buffer.concat([
      Buffer.from('ab'),
      Buffer.from([0xff]),
      Buffer.from('ab'),
      Buffer.from([0xe4]),
    ]);
    expect(analyze(invalid)).toEqual({ bytes: 6, lines: 0, words: 1, terms: { ab: 2 } });
    expect(analyze(Buffer.from([0xed, 0xa0, 0x80, 0x61])).terms).toEqual({ a: 1 });
    expect(analyze(Buffer.from([0xef, 0xbb, 0xbf, 0x61])).terms).toEqual({ a: 1 });
  });

  it('keeps terms apart that begin alike, more of them than its table begins with', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz';
    const terms = [...letters].flatMap((a) =>
      [...letters].flatMap((b) => [...letters].map((c) => a + b + c)),
    );
    const result = analyzeChunk(Buffer.from([...terms, ...terms].join(' ')), false);
    expect(result.terms).toEqual(new Map(terms.map((term) => [term, 2])));
  });

  it('reads a view of a larger buffer', () => {
    const whole = new Uint8Array(Buffer.from('one twö three'));
    expect(analyzeChunk(whole.subarray(4, 8), false).terms).toEqual(new Map([['twö', 1]]));
  });
});
