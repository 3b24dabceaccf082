/** What a byte is to the word count and to the term count, without decoding anything. */
export const ByteClass = {
  /** Ends words and terms: the six characters that `[:space:]` means in the C locale. */
  whiteSpace: 0,
  /** Part of a word, never of a term: ASCII digits, punctuation and control characters. */
  separator: 1,
  /** An ASCII letter, or a byte of something beyond ASCII, which only decoding can judge. */
  mayBeLetter: 2,
} as const;

export type ByteClass = (typeof ByteClass)[keyof typeof ByteClass];

export const NEWLINE = 0x0a;

function classify(byte: number): ByteClass {
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return ByteClass.whiteSpace;
  const folded = byte | 0x20;
  return byte >= 0x80 || (folded >= 0x61 && folded <= 0x7a) ? ByteClass.mayBeLetter : ByteClass.separator;
}

/** `BYTE_CLASSES[byte]`; a table because the analysis asks once per byte of the text. */
export const BYTE_CLASSES: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) =>
  classify(byte),
);
