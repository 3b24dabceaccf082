import type { PartitionMode } from '@noex/transport-memory';

interface Partition {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
  readonly mode: PartitionMode;
}

/** Who can reach whom, by the faults that a test has made. */
export class Reach {
  private partitions: Partition[] = [];
  private readonly paused = new Set<string>();

  partition(from: readonly string[], to: readonly string[], mode: PartitionMode): void {
    this.partitions.push({ from: new Set(from), to: new Set(to), mode });
  }

  heal(): void {
    this.partitions = [];
  }

  pause(node: string): void {
    this.paused.add(node);
  }

  resume(node: string): void {
    this.paused.delete(node);
  }

  get pausedNodes(): string[] {
    return [...this.paused];
  }

  /** Whether what one node sends arrives at the other. */
  delivers(from: string, to: string): boolean {
    return !this.paused.has(to) && !this.partitions.some((partition) => blocks(partition, from, to));
  }

  connects(a: string, b: string): boolean {
    return this.delivers(a, b) && this.delivers(b, a);
  }

  /** The two are separated by what only silence tells: a blackhole or a node that hangs. It takes time to be found. */
  isSilent(a: string, b: string): boolean {
    const isCut = this.partitions.some((partition) => partition.mode === 'cut' && blocks(partition, a, b));
    return !isCut && !this.connects(a, b);
  }
}

function blocks({ from, to, mode }: Partition, sender: string, receiver: string): boolean {
  return (
    (from.has(sender) && to.has(receiver)) || (mode !== 'one-way' && from.has(receiver) && to.has(sender))
  );
}
