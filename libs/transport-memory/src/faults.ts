/**
 * What a partition does to connections across it. `cut`: they end at once. `blackhole`: they stay, and nothing passes; like over
 * TCP, what is under way arrives if the partition heals before anybody gives the connection up. `one-way`: a blackhole for what
 * the first group sends to the second; the other way everything passes, but no new connection comes about.
 */
export type PartitionMode = 'cut' | 'blackhole' | 'one-way';

interface Partition {
  readonly groupA: ReadonlySet<string>;
  readonly groupB: ReadonlySet<string>;
  readonly mode: PartitionMode;
}

/** What is wrong with a network now, by node id. */
export class Faults {
  private partitions: Partition[] = [];
  private readonly paused = new Set<string>();

  partition(groupA: readonly string[], groupB: readonly string[], mode: PartitionMode): void {
    this.partitions.push({ groupA: new Set(groupA), groupB: new Set(groupB), mode });
  }

  heal(): void {
    this.partitions = [];
  }

  pause(nodeId: string): void {
    this.paused.add(nodeId);
  }

  resume(nodeId: string): void {
    this.paused.delete(nodeId);
  }

  isPaused(nodeId: string): boolean {
    return this.paused.has(nodeId);
  }

  /** Whether a partition keeps one of two nodes, or both, from hearing the other. */
  isSevered(a: string, b: string): boolean {
    return this.blocks(a, b) || this.blocks(b, a);
  }

  /** Whether two nodes can agree on a connection now. */
  connects(a: string, b: string): boolean {
    return this.delivers(a, b) && this.delivers(b, a);
  }

  /** Whether a frame may arrive now. */
  delivers(from: string, to: string): boolean {
    return !this.paused.has(to) && !this.blocks(from, to);
  }

  private blocks(from: string, to: string): boolean {
    return this.partitions.some(
      ({ groupA, groupB, mode }) =>
        (groupA.has(from) && groupB.has(to)) || (mode !== 'one-way' && groupA.has(to) && groupB.has(from)),
    );
  }
}
