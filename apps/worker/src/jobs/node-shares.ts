import type { NodeShare } from './job-messages.js';

/** Which node did how much of a job. */
export class NodeShares {
  private readonly shares = new Map<string, { chunks: number; bytes: number }>();

  add(node: string, bytes: number): void {
    const share = this.shares.get(node) ?? { chunks: 0, bytes: 0 };
    share.chunks++;
    share.bytes += bytes;
    this.shares.set(node, share);
  }

  /** By node name. */
  list(): NodeShare[] {
    return [...this.shares]
      .map(([node, share]) => ({ node, ...share }))
      .sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  total(): { chunks: number; bytes: number } {
    let chunks = 0;
    let bytes = 0;
    for (const share of this.shares.values()) {
      chunks += share.chunks;
      bytes += share.bytes;
    }
    return { chunks, bytes };
  }
}
