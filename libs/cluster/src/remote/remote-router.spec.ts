import { ProcessRef, type ExitReason } from '@noex/contracts';
import { failure, memoryCluster } from '../cluster.spec-support.js';

const { pair } = memoryCluster(() => []);

describe('a process of another life of a node than the one that is connected', () => {
  it.each([
    ['an earlier life is gone', 4, 'noproc', 'noproc'],
    ['a later life is only not connected yet', 6, 'noconnection', 'node_unreachable'],
  ])('%s', async (_, incarnation, reason, code) => {
    const { a } = await pair({}, { incarnation: 5 });
    const process = new ProcessRef('b', incarnation, 1);
    const down = new Promise<ExitReason>((resolve) => void a.monitor(process, resolve));
    expect(await down).toBe(reason);
    expect(await failure(a.call(process, 'x'))).toMatchObject({ code, outcome: 'not-run' });
    expect(a.cast(process, 'x')).toBe(false);
  });
});
