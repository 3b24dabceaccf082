import { EXIT } from '../command.js';
import { fakeNodes, noexAt } from '../node/fake-node.spec-support.js';

const start = fakeNodes();

describe('noex drain', () => {
  it('lets a node leave and does not wait for it', async () => {
    const node = await start({ status: 202, body: { node: 'web-2', state: 'leaving' } });
    const { code, out } = await noexAt(node, ['drain', 'web-2']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^web-2 is leaving; .*node_left/);
    expect(node.asked[0]).toMatchObject({ url: '/noex/v1/drain', body: { node: 'web-2', wait: false } });
  });

  it('waits for --wait, and prints the ledger', async () => {
    const body = { node: 'web-2', state: 'left', ledger: { callsCompleted: 7, callsLost: 0 } };
    const node = await start({ body });
    expect(await noexAt(node, ['drain', 'web-2', '--wait'])).toEqual({
      code: EXIT.ok,
      error: '',
      out: 'web-2 has left the cluster\n  calls completed  7\n  calls lost       0\n',
    });
    expect(node.asked[0]!.body).toEqual({ node: 'web-2', wait: true });
    expect(JSON.parse((await noexAt(node, ['drain', 'web-2', '--wait', '--json'])).out)).toEqual(body);
  });

  it('fails where the node could not be let go', async () => {
    const error = { code: 'peer_api_off', message: 'its management API is off' };
    const { code, error: said } = await noexAt(await start({ status: 409, body: { error } }), [
      'drain',
      'web-2',
    ]);
    expect(code).toBe(EXIT.failed);
    expect(said).toContain('its management API is off');
  });

  it.each([[[]], [['web-1', 'web-2']]])('takes one node, not %j', async (nodes) => {
    const node = await start({ body: {} });
    expect((await noexAt(node, ['drain', ...nodes])).code).toBe(EXIT.usage);
    expect(node.asked).toEqual([]);
  });
});
