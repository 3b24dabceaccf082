import { EXIT } from '../command.js';
import { fakeNodes, noexAt } from '../node/fake-node.spec-support.js';
import { STATUS } from './status.spec-support.js';

const start = fakeNodes();

describe('noex status', () => {
  it('shows the node as text or as it answered', async () => {
    const node = await start({ body: STATUS });
    const text = await noexAt(node, ['status']);
    expect(text).toMatchObject({ code: EXIT.ok, error: '' });
    expect(text.out).toContain('web-1 of cluster shop');
    const json = await noexAt(node, ['status', '--json']);
    expect(JSON.parse(json.out)).toEqual(STATUS);
    expect(node.asked.map(({ url }) => url)).toEqual(['/noex/v1/status', '/noex/v1/status']);
  });

  it('fails on one line, and with --json as JSON too', async () => {
    const node = await start({
      status: 401,
      body: { error: { code: 'unauthorized', message: 'wrong token' } },
    });
    const message = `${node.url}: wrong token`;
    expect(await noexAt(node, ['status'])).toEqual({
      code: EXIT.failed,
      out: '',
      error: `noex status: ${message}\n`,
    });
    const { code, out } = await noexAt(node, ['status', '--json']);
    expect([code, JSON.parse(out)]).toEqual([EXIT.failed, { error: { code: 'unauthorized', message } }]);
  });

  it('takes no node as an argument', async () => {
    const { code, error } = await noexAt(await start({ body: STATUS }), ['status', 'web-2']);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain('name a node by --url');
  });
});
