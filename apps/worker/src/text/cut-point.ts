import { BYTE_CLASSES, ByteClass, NEWLINE } from './byte-class.js';
import { endsWithLetter, isCharacterBoundary, MAX_SEQUENCE } from './utf8.js';

/**
 * Where to cut `bytes` so that no term is cut: the last such place after `from`, best kind first – after a line end,
 * after white space, after any other character that is no letter. `undefined` if everything after `from` is one run
 * of letters. `bytes` begins at a character boundary.
 */
export function findCutPoint(bytes: Buffer, from: number): number | undefined {
  return lastLineEnd(bytes, from) ?? lastWhiteSpaceEnd(bytes, from) ?? lastNonLetterEnd(bytes, from);
}

/** From where on `findCutPoint` has to look again once more bytes have come: the last character may be incomplete. */
export function settledLength(bytes: Buffer): number {
  return Math.max(0, bytes.length - MAX_SEQUENCE);
}

/** The last place that cuts no character; for runs of letters that are too long to be kept whole. */
export function lastCharacterBoundary(bytes: Buffer): number {
  let at = bytes.length;
  while (!isCharacterBoundary(bytes, at)) at -= 1;
  return at;
}

function lastLineEnd(bytes: Buffer, from: number): number | undefined {
  const found = bytes.subarray(from).lastIndexOf(NEWLINE);
  return found < 0 ? undefined : from + found + 1;
}

function lastWhiteSpaceEnd(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.length; at > from; at -= 1) {
    if (BYTE_CLASSES[bytes[at - 1]!] === ByteClass.whiteSpace) return at;
  }
  return undefined;
}

function lastNonLetterEnd(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.length; at > from; at -= 1) {
    const last = bytes[at - 1]!;
    if (BYTE_CLASSES[last] === ByteClass.separator) return at;
    if (last >= 0x80 && isCharacterBoundary(bytes, at) && !endsWithLetter(bytes, at)) return at;
  }
  return undefined;
}
