/**
 * A value as JSON can show it, for people: maps as lists of pairs, sets as lists, bigints as text, binary data in base64. What JSON cannot
 * show at all, such as a circle, is named in its place.
 */
export function toJson(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, (_, part: unknown) => shown(part)) as string | undefined;
    return text === undefined ? null : (JSON.parse(text) as unknown);
  } catch (error) {
    return `(no JSON: ${(error as Error).message.split('\n', 1)[0]})`;
  }
}

function shown(part: unknown): unknown {
  if (typeof part === 'bigint') return part.toString();
  if (part instanceof Map) return [...(part as Map<unknown, unknown>)];
  if (part instanceof Set) return [...(part as Set<unknown>)];
  if (part instanceof ArrayBuffer) return Buffer.from(part).toString('base64');
  if (ArrayBuffer.isView(part)) {
    return Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64');
  }
  if (part instanceof Error) return { name: part.name, message: part.message };
  return part;
}
