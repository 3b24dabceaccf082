const FNV_PRIME = 0x01000193;
const INITIAL_SLOTS = 4096;
/** Numbers kept per segment: start, end, hash, count. */
const STRIDE = 4;

/**
 * Counts equal byte ranges of one text without making a string of any of them: open addressing, keyed by the bytes
 * themselves. The hash starts from `seed`; a seed that the text's author cannot guess keeps him from slowing us down
 * with ranges that collide.
 */
export class SegmentTable {
  private slots = new Int32Array(INITIAL_SLOTS).fill(-1);
  private entries = new Int32Array(INITIAL_SLOTS * STRIDE);
  private size = 0;

  constructor(
    private readonly text: Uint8Array,
    readonly seed: number,
  ) {}

  /** The hash of a range is this, folded over its bytes, beginning with `seed`. */
  static hash(previous: number, byte: number): number {
    return Math.imul(previous ^ byte, FNV_PRIME);
  }

  /** Counts `text[start, end)`, whose hash the caller has made on its way through the bytes. */
  count(start: number, end: number, hash: number): void {
    const mask = this.slots.length - 1;
    for (let slot = mix(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.slots[slot]!;
      if (entry < 0) {
        this.insert(slot, start, end, hash);
        return;
      }
      if (this.matches(entry, start, end, hash)) {
        this.entries[entry + 3]! += 1;
        return;
      }
    }
  }

  /** Visits each distinct range once, where it was first, with how often it was seen. */
  forEach(visit: (start: number, end: number, count: number) => void): void {
    const { entries } = this;
    for (let entry = 0; entry < this.size * STRIDE; entry += STRIDE) {
      visit(entries[entry]!, entries[entry + 1]!, entries[entry + 3]!);
    }
  }

  private matches(entry: number, start: number, end: number, hash: number): boolean {
    const { entries, text } = this;
    let other = entries[entry]!;
    if (entries[entry + 2] !== hash || entries[entry + 1]! - other !== end - start) return false;
    for (let at = start; at < end; at += 1, other += 1) {
      if (text[at] !== text[other]) return false;
    }
    return true;
  }

  private insert(slot: number, start: number, end: number, hash: number): void {
    const entry = this.size * STRIDE;
    this.entries[entry] = start;
    this.entries[entry + 1] = end;
    this.entries[entry + 2] = hash;
    this.entries[entry + 3] = 1;
    this.slots[slot] = entry;
    this.size += 1;
    if (this.size * 2 > this.slots.length) this.grow();
  }

  private grow(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1);
    const entries = new Int32Array(slots.length * STRIDE);
    entries.set(this.entries);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.size * STRIDE; entry += STRIDE) {
      let slot = mix(entries[entry + 2]!) & mask;
      while (slots[slot]! >= 0) slot = (slot + 1) & mask;
      slots[slot] = entry;
    }
    this.slots = slots;
    this.entries = entries;
  }
}

/** The low bits of this kind of hash depend on the low bits of the bytes only; the slot shall depend on all of them. */
function mix(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return folded ^ (folded >>> 15);
}
