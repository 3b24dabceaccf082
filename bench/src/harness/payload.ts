/** Size of the small object as noex writes it, in MessagePack. */
export const SMALL_BYTES = 32;
export const PAYLOAD_SIZES = [SMALL_BYTES, 1024, 64 * 1024] as const;

/** An object of that many bytes: of a few fields where it is small, else with one long text, which every subject can carry. */
export function payloadOf(bytes: number): object {
  // 3 bytes for the map, 4 for the key, 3 before the text.
  if (bytes > SMALL_BYTES) return { txt: 'x'.repeat(bytes - 10) };
  return { id: 1234, sku: 'apple-42', quantity: 3 };
}
