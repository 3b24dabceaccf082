/** Counts of what was lost, by reason. Nothing is dropped without one. */
export class DropCounter {
  private readonly counts = new Map<string, number>();

  add(reason: string, count = 1): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + count);
  }

  get(reason: string): number {
    return this.counts.get(reason) ?? 0;
  }

  entries(): IterableIterator<[reason: string, count: number]> {
    return this.counts.entries();
  }
}
