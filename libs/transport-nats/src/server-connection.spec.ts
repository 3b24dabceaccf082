import { ClusterStartError, silentLogger, systemClock } from '@noex/contracts';
import { ScriptedServer, type Script } from './scripted-server.spec-support.js';
import { ServerConnection, type ServerConnectionOptions } from './server-connection.js';

// What happens to a connection that stands is tested with the transport's, in server-link.spec.ts.

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connectionTo(script?: Script, options: Partial<ServerConnectionOptions> = {}) {
  const server = await ScriptedServer.open(script);
  closing.push(() => server.close());
  const connection = new ServerConnection({
    server: { servers: server.url },
    name: 'noex shop a arbiter',
    purpose: 'arbiter',
    connectTimeoutMs: 10_000,
    clock: systemClock,
    logger: silentLogger,
    unfit: () => undefined,
    opened: async () => {},
    reconnected: () => {},
    complaint: ({ message }) => ({ key: message, message }),
    warn: () => {},
    ...options,
  });
  closing.push(() => connection.close());
  return { server, connection };
}

it('has the answers to its requests come below the subject that it is given', async () => {
  const { server, connection } = await connectionTo({}, { inboxPrefix: 'noex.c2hvcA.1.arbiter' });
  await connection.start();
  void connection.client.request('$JS.API.INFO', '', { timeout: 60_000 }).catch(() => {});
  while (server.subjects.length === 0) await connection.client.flush();
  expect(server.subjects).toEqual([expect.stringMatching(/^noex\.c2hvcA\.1\.arbiter\.\w+\.\*$/)]);
});

it.each<[what: string, options: Partial<ServerConnectionOptions>]>([
  ['speaks against', { unfit: ({ version }) => new ClusterStartError(`no ${version}`) }],
  ['cannot use', { opened: () => Promise.reject(new ClusterStartError('no 2.9.10')) }],
])('does not stay with a server that its owner %s', async (_, options) => {
  const { server, connection } = await connectionTo({ info: { version: '2.9.10' } }, options);
  await expect(connection.start()).rejects.toMatchObject({ code: 'cluster_start', message: 'no 2.9.10' });
  expect(connection.isUp).toBe(false);
  expect(server.lines.filter((line) => line.startsWith('CONNECT'))).toHaveLength(1);
});

it('says what was closed before it had started', async () => {
  const { connection } = await connectionTo();
  const start = connection.start();
  await connection.close();
  await expect(start).rejects.toThrow('the arbiter was closed before it had started');
});
