/** The longest UTF-8 sequence; also how far a decoder can be from a place where it holds no state. */
export const MAX_SEQUENCE = 4;

const LETTER = /^\p{L}$/u;

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** How many bytes a sequence has that begins with this byte, 1 for bytes that begin none. */
function sequenceLength(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Where the sequence that ends before `at` begins, or at most `MAX_SEQUENCE` bytes of stray continuation bytes. */
function sequenceStart(bytes: Uint8Array, at: number): number {
  const lowest = Math.max(0, at - MAX_SEQUENCE);
  let start = at - 1;
  while (start > lowest && isContinuation(bytes[start]!)) start -= 1;
  return start;
}

/**
 * Whether a decoder holds no half character at `at`, so that the text decodes the same in one piece and cut there.
 * `bytes` begins at such a place. The byte at `at` may be unknown yet; then "yes" needs a complete sequence before it.
 * Stray continuation bytes may get "no" although "yes" would do.
 */
export function isCharacterBoundary(bytes: Uint8Array, at: number): boolean {
  if (at === 0) return true;
  if (at < bytes.length && !isContinuation(bytes[at]!)) return true;
  const start = sequenceStart(bytes, at);
  return isContinuation(bytes[start]!) || at - start >= sequenceLength(bytes[start]!);
}

/** Whether the character that ends at the boundary `at` is a Unicode letter; invalid bytes are none. */
export function endsWithLetter(bytes: Buffer, at: number): boolean {
  if (at === 0) return false;
  const start = sequenceStart(bytes, at);
  return LETTER.test(bytes.toString('utf8', start, at));
}
