/** Bytes of heap that each of `count` things takes. The OS process must run with `--expose-gc`. */
export async function heapPer(count: number, make: () => unknown): Promise<number> {
  const before = await settledHeap();
  for (let i = 0; i < count; i++) await make();
  return ((await settledHeap()) - before) / count;
}

async function settledHeap(): Promise<number> {
  // What the first pass frees, finalizers may free more of; and what was queued must have run.
  for (let pass = 0; pass < 3; pass++) {
    await new Promise(setImmediate);
    globalThis.gc!();
  }
  return process.memoryUsage().heapUsed;
}
