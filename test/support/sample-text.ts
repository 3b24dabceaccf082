/** A text whose words, terms and lines vary; the same for the same size. */
export function sampleText(bytes: number): Buffer {
  const words = ['alpha', 'Beta', 'gamma,', 'délta', 'ÉPSILON', '数学', "it's", '42', 'e2e', '—', 'Straße'];
  const parts: string[] = [];
  let size = 0;
  // A small linear congruential generator: repeatable, and no two lines alike.
  let seed = 1;
  while (size < bytes) {
    const line: string[] = [];
    for (let i = 0; i < 12; i++) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      line.push(
        seed % 7 === 0
          ? `word${(seed >>> 8) % 5000}x`.replace(/\d/g, (d) => 'abcdefghij'[Number(d)]!)
          : words[seed % words.length]!,
      );
    }
    const text = `${line.join(' ')}\n`;
    size += Buffer.byteLength(text);
    parts.push(text);
  }
  return Buffer.from(parts.join(''));
}

/** Counts of a whole text, the simple way. */
export function countText(text: Buffer): {
  lines: number;
  bytes: number;
  words: number;
  distinctTerms: number;
} {
  const latin1 = text.toString('latin1');
  const terms = new Set((text.toString('utf8').match(/\p{L}+/gu) ?? []).map((term) => term.toLowerCase()));
  return {
    lines: latin1.split('\n').length - 1,
    bytes: text.length,
    words: (latin1.match(/[^ \t\n\v\f\r]+/g) ?? []).length,
    distinctTerms: terms.size,
  };
}
