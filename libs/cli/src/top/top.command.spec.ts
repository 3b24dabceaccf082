import { EXIT } from '../command.js';
import { fakeNodes, noexAt } from '../node/fake-node.spec-support.js';
import { load } from './top.spec-support.js';

const start = fakeNodes();
const looks = (...atMs: number[]) => atMs.map((at) => ({ body: load(at, { totals: { localCalls: at } }) }));
const gone = { status: 401, body: { error: { code: 'unauthorized', message: 'another token now' } } };

describe('noex top', () => {
  it('looks twice for --once, an interval apart', async () => {
    const node = await start(...looks(1_000, 3_000));
    const slept: number[] = [];
    const sleep = async (ms: number) => void slept.push(ms);
    const { code, out } = await noexAt(node, ['top', '--once', '--interval', '0.5'], {
      sleep,
      isTerminal: true,
    });
    expect([code, slept, node.asked.length]).toEqual([EXIT.ok, [500], 2]);
    expect(out).toContain('web-1 running');
    expect(out).not.toContain('\x1b');
  });

  it('goes on until it fails, each time with what has happened since the last look', async () => {
    const node = await start(...looks(1_000, 3_000, 4_000), gone);
    const { code, out, error } = await noexAt(node, ['top', '--json']);
    const lines = out
      .trim()
      .split('\n')
      .slice(0, 2)
      .map((line) => JSON.parse(line) as { seconds: number });
    expect(lines).toMatchObject([
      { seconds: 2, perSecond: { localCalls: 1_000 } },
      { seconds: 1, perSecond: { localCalls: 1_000 } },
    ]);
    expect(code).toBe(EXIT.failed);
    expect(error).toContain('another token now');
  });

  it('shows nothing for the first look at a node that was started anew', async () => {
    const node = await start(...looks(9_000, 100, 1_100), gone);
    const { out } = await noexAt(node, ['top', '--interval', '1']);
    expect(out.match(/over 1 s/g)).toHaveLength(1);
  });

  it('clears the screen of a terminal, and nothing else', async () => {
    const run = async (isTerminal: boolean) => {
      const { out } = await noexAt(await start(...looks(0, 1_000), gone), ['top'], { isTerminal });
      return out.startsWith('\x1b[H\x1b[2J');
    };
    expect([await run(true), await run(false)]).toEqual([true, false]);
  });

  it.each([['--interval', '0'], ['--interval', 'x'], ['--interval', '3601'], ['web-2']])(
    'refuses %s %s',
    async (...args) => {
      const node = await start(...looks(0, 1));
      const { code } = await noexAt(node, ['top', ...args]);
      expect([code, node.asked]).toEqual([EXIT.usage, []]);
    },
  );
});
