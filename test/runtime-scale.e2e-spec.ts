import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const RUNTIME = pathToFileURL(join(__dirname, '../libs/runtime/dist/index.js')).href;

/** Runs code on the built runtime in an OS process of its own, where `gc()` exists; gives what it passes to `report`. */
function measure<T>(code: string): Promise<T> {
  const script = `
    import { LocalNode, defineBehavior, plainDriver } from ${JSON.stringify(RUNTIME)};
    const counter = plainDriver(defineBehavior({
      name: 'counter',
      init: () => 0,
      handleCall: { add: (by, n) => [n + by, n + by] },
      handleCast: { inc: (_, n) => n + 1 },
    }));
    const report = (value) => process.stdout.write(JSON.stringify(value));
    const heap = () => (gc(), process.memoryUsage().heapUsed);
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    ${code}
  `;
  const flags = ['--expose-gc', '--max-old-space-size=4096', '--input-type=module', '-e', script];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, flags, (error, out) =>
      error ? reject(error) : resolve(JSON.parse(out) as T),
    );
  });
}

describe('a node at scale', () => {
  it('holds a million idle processes in at most 400 bytes of heap each', async () => {
    const { bytesPerProcess, processes } = await measure<{ bytesPerProcess: number; processes: number }>(`
      const node = new LocalNode({ id: 'n' });
      const before = heap();
      for (let i = 0; i < 1_000_000; i++) await node.spawn(counter);
      report({ bytesPerProcess: (heap() - before) / 1_000_000, processes: node.processCount });
    `);
    expect(processes).toBe(1_000_000);
    expect(bytesPerProcess).toBeLessThanOrEqual(400);
  });

  it('takes a burst of casts to one process in time that grows as the burst does', async () => {
    const { small, large } = await measure<{ small: number; large: number }>(`
      const node = new LocalNode({ id: 'n', mailboxLimit: 1_000_000 });
      const ref = await node.spawn(counter);
      const burst = async (count) => {
        const start = performance.now();
        for (let i = 0; i < count; i++) node.cast(ref, 'inc');
        await node.call(ref, 'add', 0, { timeoutMs: 60_000 });
        return performance.now() - start;
      };
      await burst(300_000);
      const small = [], large = [];
      for (let round = 0; round < 5; round++) {
        small.push(await burst(300_000));
        large.push(await burst(900_000));
      }
      report({ small: Math.min(...small), large: Math.min(...large) });
    `);
    // Three times the casts; a quadratic mailbox would take nine times as long.
    expect(large / small).toBeLessThan(6);
    // 300,000 casts.
    expect(small).toBeLessThan(1000);
  });

  it('has nothing left of a million calls, nor of processes, timers and monitors that are gone', async () => {
    const left = await measure<Record<string, number>>(`
      const node = new LocalNode({ id: 'n' });
      const ref = await node.spawn(counter);
      const calls = async (count) => {
        let left = count;
        await Promise.all(Array.from({ length: 64 }, async () => { while (left-- > 0) await node.call(ref, 'add', 1); }));
      };
      const lives = async (count) => {
        for (let i = 0; i < count; i++) {
          const each = await node.spawn(counter, { name: 'n' + i });
          const gone = new Promise((resolve) => node.monitor(each, resolve));
          node.exit(each, 'shutdown');
          await gone;
        }
      };
      await calls(100_000); await lives(10_000);
      const before = heap();
      await calls(1_000_000); await lives(100_000);
      await settle();
      report({ timers: node.wheel.size, processes: node.processCount, grownBytes: heap() - before });
    `);
    expect(left).toMatchObject({ timers: 0, processes: 1 });
    expect(left.grownBytes).toBeLessThan(1_000_000);
  });
});
