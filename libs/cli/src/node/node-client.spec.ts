import type { OperationFailed } from '../command.js';
import { fakeNodes, TOKEN, type FakeAnswer } from './fake-node.spec-support.js';
import { NodeClient } from './node-client.js';

const start = fakeNodes();

async function failure(answer: FakeAnswer, timeoutMs = 5_000): Promise<OperationFailed> {
  const { url } = await start(answer);
  const answered = new NodeClient({ url, token: TOKEN }).post('call', {}, timeoutMs);
  return answered.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: OperationFailed) => error,
  );
}

describe('the client of a node', () => {
  it('asks with the token, and leaves out what is not given', async () => {
    const node = await start({ body: { n: 1 } });
    const client = new NodeClient({ url: node.url, token: TOKEN });
    expect(await client.get('processes', { behavior: 'a&b', limit: undefined })).toEqual({ n: 1 });
    await client.post('call', { target: 'x', payload: undefined }, 1_000);
    expect(node.asked).toEqual([
      {
        method: 'GET',
        url: '/noex/v1/processes?behavior=a%26b',
        authorization: `Bearer ${TOKEN}`,
        body: undefined,
      },
      { method: 'POST', url: '/noex/v1/call', authorization: `Bearer ${TOKEN}`, body: { target: 'x' } },
    ]);
  });

  it('says that nobody listens', async () => {
    const node = await start({ body: {} });
    const { url } = node;
    await node.close();
    await expect(new NodeClient({ url, token: TOKEN }).get('status')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(`cannot reach ${url}: connection refused`) as string,
    });
  });

  it.each([
    ['timeout', 'silence', 'within 0.02 s; the event loop of that node may hang'],
    ['unreachable', 'rudeness', 'the connection broke off'],
    [
      'unauthorized',
      { status: 401, body: { error: { code: 'unauthorized', message: 'wrong token' } } },
      'wrong token',
    ],
    [
      'remote_refused',
      { status: 403, body: { error: { code: 'remote_refused', message: 'not here' } } },
      'not here',
    ],
    [
      'api_off',
      { status: 404, body: { statusCode: 404, message: 'nothing' } },
      'has no management API; set MANAGEMENT_TOKEN',
    ],
    ['no_node', { status: 200, body: '<html>' }, 'answered HTTP 200 with what no node says'],
    ['no_node', { status: 500, body: { statusCode: 500 } }, 'answered HTTP 500'],
    ['no_node', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'answered HTTP 302'],
  ] as [string, FakeAnswer, string][])('says %s for %j, on one line', async (code, answer, message) => {
    const error = await failure(answer, answer === 'silence' ? 20 : 5_000);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/\n|horse/);
  });

  it('keeps what is known of a failed operation', async () => {
    const body = { error: { code: 'noproc', message: 'nobody', outcome: 'not-run', status: 404 } };
    const error = await failure({ status: 502, body });
    expect([error.code, error.message, error.facts]).toEqual([
      'noproc',
      'nobody',
      { outcome: 'not-run', status: 404 },
    ]);
  });
});
