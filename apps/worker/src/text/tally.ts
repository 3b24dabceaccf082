import type { ChunkResult } from './analyze.js';

export interface TermCount {
  readonly term: string;
  readonly count: number;
}

export interface TextSummary {
  readonly lines: number;
  readonly bytes: number;
  readonly words: number;
  readonly distinctTerms: number;
  /** The 20 most frequent, ties in code-unit order of the term. */
  readonly topTerms: readonly TermCount[];
}

export interface TallyOptions {
  /** Default 5,000,000, which is about half a gigabyte of memory; a text with more fails its job instead of the node. */
  readonly maxDistinctTerms?: number;
}

const TOP_TERMS = 20;

/** The text has more distinct terms than the tally may hold. What it counted so far is no result any more. */
export class TooManyTermsError extends Error {
  readonly code = 'too_many_terms';
  readonly data: { readonly maxDistinctTerms: number };

  constructor(maxDistinctTerms: number) {
    super(`the text has more than ${maxDistinctTerms} distinct terms, the limit (maxDistinctTerms)`);
    this.name = 'TooManyTermsError';
    this.data = { maxDistinctTerms };
  }
}

/** Adds up the results of a text's chunks, in any order, each chunk once however often it was analyzed. */
export class Tally {
  private readonly maxDistinctTerms: number;
  private readonly counted = new Set<number>();
  private readonly terms = new Map<string, number>();
  private lines = 0;
  private bytes = 0;
  private words = 0;

  constructor({ maxDistinctTerms = 5_000_000 }: TallyOptions = {}) {
    this.maxDistinctTerms = maxDistinctTerms;
  }

  get chunks(): number {
    return this.counted.size;
  }

  has(index: number): boolean {
    return this.counted.has(index);
  }

  /** @returns false, and nothing changes, if the chunk `index` is counted already. @throws TooManyTermsError */
  add(index: number, result: ChunkResult): boolean {
    if (this.counted.has(index)) return false;
    this.counted.add(index);
    this.lines += result.lines;
    this.bytes += result.bytes;
    this.words += result.words;
    for (const [term, count] of result.terms) {
      this.terms.set(term, (this.terms.get(term) ?? 0) + count);
    }
    if (this.terms.size > this.maxDistinctTerms) throw new TooManyTermsError(this.maxDistinctTerms);
    return true;
  }

  summary(): TextSummary {
    return {
      lines: this.lines,
      bytes: this.bytes,
      words: this.words,
      distinctTerms: this.terms.size,
      topTerms: mostFrequent(this.terms, TOP_TERMS),
    };
  }
}

/** Keeps only the best on its way through the terms: sorting millions for twenty would stop the node for seconds. */
function mostFrequent(terms: ReadonlyMap<string, number>, limit: number): TermCount[] {
  const best: TermCount[] = [];
  for (const [term, count] of terms) {
    const candidate = { term, count };
    if (best.length === limit && byRank(candidate, best[limit - 1]!) > 0) continue;
    const place = best.findIndex((other) => byRank(candidate, other) < 0);
    best.splice(place < 0 ? best.length : place, 0, candidate);
    if (best.length > limit) best.pop();
  }
  return best;
}

function byRank(a: TermCount, b: TermCount): number {
  return b.count - a.count || (a.term < b.term ? -1 : 1);
}
