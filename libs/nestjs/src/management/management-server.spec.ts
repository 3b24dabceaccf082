import type { LogFields, Logger } from '@noex/contracts';
import { ClusterStartError } from '@noex/contracts';
import { once } from 'node:events';
import { connect } from 'node:net';
import { ManagementServer, type ManagementAddress } from './management-server.js';

const LOOPBACK: ManagementAddress = { host: '127.0.0.1', port: 0 };

const servers: ManagementServer[] = [];
const lines: (LogFields | undefined)[] = [];
const write = (_: string, fields?: LogFields) => void lines.push(fields);
const logger: Logger = { debug: write, info: write, warn: write, error: write };

async function listening(at: ManagementAddress | undefined = LOOPBACK): Promise<ManagementServer> {
  const server = new ManagementServer(at, logger);
  servers.push(server);
  await server.listen();
  return server;
}

const url = ({ address }: ManagementServer, path: string) => `http://127.0.0.1:${address!.port}${path}`;

beforeEach(() => void (lines.length = 0));
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

describe('the management server', () => {
  it('answers with JSON, or with text as it is, and lets nobody keep it', async () => {
    const server = await listening();
    server.route('GET', 'json', () => ({ status: 503, body: { reason: 'žluťoučký' } }));
    server.route('GET', '/text', () => ({
      status: 200,
      body: 'plain',
      headers: { 'Content-Type': 'text/x' },
    }));
    const json = await fetch(url(server, '/json?ignored=1'));
    expect([json.status, json.headers.get('content-type'), json.headers.get('cache-control')]).toEqual([
      503,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect(await json.json()).toEqual({ reason: 'žluťoučký' });
    const text = await fetch(url(server, '/text'));
    expect([await text.text(), text.headers.get('content-type')]).toEqual(['plain', 'text/x']);
  });

  it('answers HEAD as GET without the body', async () => {
    const server = await listening();
    server.route('GET', 'x', () => ({ status: 200, body: 'seen' }));
    const head = await fetch(url(server, '/x'), { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('gives handlers the request, with its body and headers', async () => {
    const server = await listening();
    server.route('POST', 'x', async (request) => {
      let body = '';
      for await (const part of request) body += String(part);
      return { status: 200, body: { body, token: request.headers.authorization } };
    });
    const response = await fetch(url(server, '/x'), {
      method: 'POST',
      body: 'hello',
      headers: { authorization: 'Bearer t' },
    });
    expect(await response.json()).toEqual({ body: 'hello', token: 'Bearer t' });
  });

  it('says what it does not know, and which methods a path takes', async () => {
    const server = await listening();
    server.route('GET', 'x', () => ({ status: 200, body: '' }));
    expect((await fetch(url(server, '/y'))).status).toBe(404);
    const wrong = await fetch(url(server, '/x'), { method: 'DELETE' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('says nothing of a handler that throws, but to the log', async () => {
    const server = await listening();
    server.route('GET', 'x', () => {
      throw new Error('secret');
    });
    const response = await fetch(url(server, '/x'));
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')]);
    expect(lines.at(-1)).toMatchObject({ event: 'management_failed', error: { message: 'secret' } });
  });

  it('refuses a second handler for a route', async () => {
    const server = await listening();
    server.route('GET', '/x', () => ({ status: 200, body: '' }));
    server.route('POST', 'x', () => ({ status: 200, body: '' }));
    expect(() => server.route('GET', 'x', () => ({ status: 200, body: '' }))).toThrow('GET /x already');
  });

  it('says which address it cannot listen on, and what to set', async () => {
    const { address } = await listening();
    const second = new ManagementServer(address, logger);
    const error = await second.listen().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClusterStartError);
    expect((error as Error).message).toMatch(
      /127\.0\.0\.1:\d+ cannot be listened on: .*EADDRINUSE.*MANAGEMENT_PORT/,
    );
    expect(second.address).toBeUndefined();
  });

  it('does nothing without an address', async () => {
    const server = await listening({ ...LOOPBACK });
    const none = new ManagementServer(undefined, logger);
    none.route('GET', 'x', () => ({ status: 200, body: '' }));
    await none.listen();
    expect(none.address).toBeUndefined();
    await none.close();
    expect(server.address).toMatchObject({ host: '127.0.0.1' });
  });

  it('closes with connections open that say nothing or are kept alive', async () => {
    const server = await listening();
    server.route('GET', 'x', () => ({ status: 200, body: 'kept' }));
    const silent = connect(server.address!.port, '127.0.0.1');
    await once(silent, 'connect');
    await (await fetch(url(server, '/x'))).text();
    const at = url(server, '/x');
    const closed = once(silent, 'close');
    await server.close();
    await closed;
    await expect(fetch(at)).rejects.toThrow();
  });

  it('gives an answer under way before it closes', async () => {
    const server = await listening();
    let finish!: () => void;
    const asked = new Promise<void>((called) => {
      server.route('GET', 'x', () => {
        called();
        return new Promise((resolve) => (finish = () => resolve({ status: 200, body: 'late' })));
      });
    });
    const response = fetch(url(server, '/x'));
    await asked;
    const closed = server.close();
    finish();
    expect(await (await response).text()).toBe('late');
    await closed;
  });
});
