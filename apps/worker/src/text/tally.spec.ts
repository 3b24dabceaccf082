import type { ChunkResult } from './analyze.js';
import { Tally, TooManyTermsError } from './tally.js';

function result(terms: Record<string, number>, rest: Partial<ChunkResult> = {}): ChunkResult {
  return { bytes: 0, lines: 0, words: 0, ...rest, terms: new Map(Object.entries(terms)) };
}

describe('Tally', () => {
  it('is empty at first', () => {
    expect(new Tally().summary()).toEqual({ lines: 0, bytes: 0, words: 0, distinctTerms: 0, topTerms: [] });
  });

  it('adds results in any order', () => {
    const tally = new Tally();
    expect(tally.add(7, result({ a: 1, b: 2 }, { bytes: 10, lines: 2, words: 3 }))).toBe(true);
    expect(tally.add(0, result({ b: 1, c: 1 }, { bytes: 5, lines: 1, words: 2 }))).toBe(true);
    expect(tally.chunks).toBe(2);
    expect(tally.summary()).toEqual({
      lines: 3,
      bytes: 15,
      words: 5,
      distinctTerms: 3,
      topTerms: [
        { term: 'b', count: 3 },
        { term: 'a', count: 1 },
        { term: 'c', count: 1 },
      ],
    });
  });

  it('counts a chunk once, whatever a second run of it says', () => {
    const tally = new Tally();
    tally.add(3, result({ a: 1 }, { words: 1 }));
    expect(tally.has(3)).toBe(true);
    expect(tally.add(3, result({ a: 5 }, { words: 5 }))).toBe(false);
    expect(tally.summary()).toMatchObject({ words: 1, topTerms: [{ term: 'a', count: 1 }] });
  });

  it('lists the 20 most frequent terms, ties in code-unit order', () => {
    const terms = Array.from({ length: 26 }, (_, i) => String.fromCharCode(0x7a - i));
    const tally = new Tally();
    tally.add(0, result(Object.fromEntries(terms.map((term) => [term, 1]))));
    tally.add(1, result({ z: 1, ä: 1, '\u{1d4d0}': 1, '\uff41': 1 }));
    tally.add(2, result({ '\uff41': 1, '\u{1d4d0}': 1 }));
    const top = tally.summary().topTerms;
    expect(top).toHaveLength(20);
    // A pair of surrogates sorts before U+FF41, although its code point is higher.
    expect(top.slice(0, 5).map(({ term }) => term)).toEqual(['z', '\u{1d4d0}', '\uff41', 'a', 'b']);
    expect(top.at(-1)).toEqual({ term: 'q', count: 1 });
  });

  it('names its limit when there are more distinct terms', () => {
    const tally = new Tally({ maxDistinctTerms: 2 });
    tally.add(0, result({ a: 1, b: 1 }));
    let thrown: unknown;
    try {
      tally.add(1, result({ c: 1 }));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(TooManyTermsError);
    expect(thrown).toMatchObject({ code: 'too_many_terms', data: { maxDistinctTerms: 2 } });
    expect((thrown as Error).message).toContain('2 distinct terms, the limit (maxDistinctTerms)');
  });
});
