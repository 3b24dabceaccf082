/**
 * What a partition does to connections across it. `cut`: they end at once. `blackhole`: they stay, and nothing passes; like over
 * TCP, what is under way arrives if the partition heals before anybody gives the connection up.
 */
export type PartitionMode = 'cut' | 'blackhole';

interface Partition {
  readonly groupA: ReadonlySet<string>;
  readonly groupB: ReadonlySet<string>;
}

/** What is wrong with a network now, by node id. */
export class Faults {
  private partitions: Partition[] = [];
  private readonly paused = new Set<string>();

  partition(groupA: readonly string[], groupB: readonly string[]): void {
    this.partitions.push({ groupA: new Set(groupA), groupB: new Set(groupB) });
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

  isSevered(a: string, b: string): boolean {
    return this.partitions.some(
      ({ groupA, groupB }) => (groupA.has(a) && groupB.has(b)) || (groupA.has(b) && groupB.has(a)),
    );
  }

  /** Whether a frame may arrive now. */
  delivers(from: string, to: string): boolean {
    return !this.paused.has(to) && !this.isSevered(from, to);
  }
}
