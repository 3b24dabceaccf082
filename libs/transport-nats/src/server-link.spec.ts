import { silentLogger, systemClock, type Clock } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { ScriptedServer, type Script } from './scripted-server.spec-support.js';
import { ServerLink, type ServerLinkOptions } from './server-link.js';
import { MISSES, PULSE_MS } from './server-pulse.js';

const ADDRESS = 'noex.c2hvcA.1.n.YQ.1';
const PRESENCE = 'noex.c2hvcA.1.presence';

const servers: ScriptedServer[] = [];
const links: ServerLink[] = [];

async function open(script?: Script, port?: number): Promise<ScriptedServer> {
  const server = await ScriptedServer.open(script, port);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(links.splice(0).map((link) => link.close()));
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A link and what it told. */
function linkTo(url: string | string[], options: Partial<ServerLinkOptions> = {}) {
  const came: string[] = [];
  const events: string[] = [];
  const note = (_: string, fields?: Readonly<Record<string, unknown>>) =>
    void events.push(String(fields?.['event']));
  const warned: string[] = [];
  const link = new ServerLink({
    server: { servers: url },
    name: 'noex shop a',
    address: ADDRESS,
    presence: PRESENCE,
    maxMessageBytes: 2 ** 19,
    connectTimeoutMs: 10_000,
    clock: systemClock,
    logger: { ...silentLogger, info: note, warn: note },
    message: (subject, message) => void came.push(`${subject} ${Buffer.from(message).toString()}`),
    reconnected: () => void events.push('reconnected'),
    warn: (key, message) => void warned.push(`${key}: ${message}`),
    ...options,
  });
  links.push(link);
  return { link, came, events, warned };
}

/** Resolves once it holds; the socket's own news are what is waited for. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('the start', () => {
  it('has one connection and two subscriptions, and hears nothing that it says itself', async () => {
    const server = await open();
    const { link, events } = linkTo(server.url);
    await link.start();
    expect(server.subjects).toEqual([`${ADDRESS}.>`, PRESENCE]);
    expect(server.connected).toMatchObject({ name: 'noex shop a', echo: false });
    expect([link.isUp, events]).toEqual([true, ['nats_connected']]);
  });

  it('waits for a server that is late', async () => {
    const { port } = await open();
    await servers.pop()!.close();
    const { link } = linkTo(`nats://127.0.0.1:${port}`);
    const starting = link.start();
    await open({}, port);
    await starting;
    expect(link.isUp).toBe(true);
  });

  it('keeps the OS process alive while it waits, which timers of the clock do not', async () => {
    const alive = () => process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
    const retries: (() => void)[] = [];
    const clock: Clock = { ...systemClock, setTimeout: (callback) => void retries.push(callback) };
    const { link } = linkTo('nats://127.0.0.1:1', { clock });
    const before = alive();
    const start = link.start().catch(() => {});
    await until(() => retries.length === 1);
    expect(alive()).toBeGreaterThan(before);
    void link.close();
    retries[0]!();
    await start;
    expect(alive()).toBe(before);
  });

  it('fails after its time with one error that names the servers and not the user', async () => {
    const { link } = linkTo('nats://shop:hunter2@127.0.0.1:1', { connectTimeoutMs: 1 });
    const error = await link.start().catch((reason: Error) => reason);
    expect(error).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(
        /^cannot connect to NATS at 127\.0\.0\.1:1: connection refused; set NATS_URL/,
      ),
    });
    expect((error as Error).message).not.toContain('hunter2');
  });

  it.each<[what: string, script: Script, message: RegExp]>([
    ['is too old', { info: { version: '2.1.9' } }, /is of version 2\.1\.9; noex needs 2\.2 or newer/],
    ['takes too small messages', { info: { max_payload: 1024 } }, /at most 1024 bytes.*raise max_payload/],
    [
      'lets it not hear its cluster',
      { subscriptionError: (subject) => `Permissions Violation for Subscription to "${subject}"` },
      /may not subscribe to "noex\.c2hvcA\.1.*; allow it to publish and subscribe to "noex\.c2hvcA\.>"/,
    ],
  ])('fails at once where the server %s, and leaves it', async (_, script, message) => {
    const server = await open(script);
    const { link } = linkTo(server.url);
    await expect(link.start()).rejects.toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(message),
    });
    expect([server.lines.filter((line) => line.startsWith('CONNECT')).length, link.isUp]).toEqual([1, false]);
  });

  it('that is given up by a close ends with it', async () => {
    const server = await open();
    const { link } = linkTo(server.url);
    const start = link.start();
    await link.close();
    await expect(start).rejects.toMatchObject({
      code: 'cluster_start',
      message: expect.stringContaining('was closed'),
    });
  });
});

describe('what comes', () => {
  it('is told apart by where it came, to this life of the node or to all', async () => {
    const server = await open();
    const { link, came } = linkTo(server.url);
    await link.start();
    server.deliver(`${ADDRESS}.>`, `${ADDRESS}.s`, 'one');
    server.deliver(PRESENCE, PRESENCE, 'two');
    await until(() => came.length === 2);
    expect(came).toEqual(['own one', 'presence two']);
  });
});

describe('a message that expects somebody', () => {
  const nobody = (server: ScriptedServer, number: number) =>
    server.deliver(`${ADDRESS}.>`, `${ADDRESS}.r.${number}`, '', 'NATS/1.0 503\r\n\r\n');

  it('says that nobody reads there, once, and of itself alone', async () => {
    const server = await open();
    const { link, came } = linkTo(server.url);
    await link.start();
    const [first, second] = [jest.fn(), jest.fn()];
    link.publishExpecting('there', Buffer.from('1'), first);
    link.publishExpecting('there', Buffer.from('2'), second);
    await server.got(/^PUB there noex\.c2hvcA\.1\.n\.YQ\.1\.r\.2 1 2$/);
    // Without the server's word for it an answer, were it empty, would mean that somebody is there.
    server.deliver(`${ADDRESS}.>`, `${ADDRESS}.r.1`, '');
    for (const number of [2, 2, 7]) nobody(server, number);
    server.deliver(`${ADDRESS}.>`, `${ADDRESS}.s`, 'behind them');
    await until(() => came.length > 0);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
  });

  it('is not sent, and has nobody missed, while there is no server', async () => {
    const server = await open();
    const { link } = linkTo(server.url);
    const bounced = jest.fn();
    link.publish('there', Buffer.from('too early'));
    link.publishExpecting('there', Buffer.from('too early'), bounced);
    await link.start();
    link.publish('there', Buffer.from('x'));
    await server.got(/^PUB there 1 x$/);
    expect(server.lines.some((line) => line.includes('too early'))).toBe(false);
    expect(bounced).not.toHaveBeenCalled();
  });
});

describe('a server that is lost', () => {
  it('is found again: what was said meanwhile is not sent late, and both are told', async () => {
    const server = await open();
    const { link, events } = linkTo(server.url);
    await link.start();
    server.cut();
    await until(() => events.includes('nats_disconnected'));
    expect(link.isUp).toBe(false);
    link.publish('there', Buffer.from('meanwhile'));
    await until(() => link.isUp);
    link.publish('there', Buffer.from('afterwards'));
    await server.got(/afterwards/);
    expect(server.lines.some((line) => line.includes('meanwhile'))).toBe(false);
    expect(server.subjects).toEqual([`${ADDRESS}.>`, PRESENCE]);
    expect(events).toEqual(['nats_connected', 'nats_disconnected', 'nats_reconnected', 'reconnected']);
  });

  it('without a word is left for another one, and not tried first again', async () => {
    const both = [await open(), await open()];
    const clock = new VirtualClock();
    const { link, events } = linkTo(both[0]!.url, { clock, server: { servers: both.map(({ url }) => url) } });
    await link.start();
    const greetings = (server: ScriptedServer) =>
      server.lines.filter((line) => line.startsWith('CONNECT')).length;
    // Again and again, for who asks them in any order finds the right one half of the time.
    for (let round = 1; round <= 6; round++) {
      const left = both.find((server) => greetings(server) > 0)!;
      const found = both.find((server) => server !== left)!;
      left.lines.length = 0;
      left.isSilent = true;
      await clock.advance((MISSES + 2) * PULSE_MS);
      await until(() => events.filter((event) => event === 'reconnected').length === round);
      expect([link.isUp, found.subjects, greetings(left)]).toEqual([true, [`${ADDRESS}.>`, PRESENCE], 0]);
      left.isSilent = false;
    }
    expect(events.slice(0, 4)).toEqual([
      'nats_connected',
      'nats_disconnected',
      'nats_reconnected',
      'reconnected',
    ]);
  });

  it('and does not take this node any more is asked again and again, and its reason is said', async () => {
    const server = await open();
    const { link, warned } = linkTo(server.url);
    await link.start();
    server.script.rejection = 'Authorization Violation';
    server.cut();
    await server.got(/^CONNECT/, 3);
    expect(new Set(warned)).toEqual(
      new Set([
        `nats rejected: the NATS server does not take this node: Authorization Violation; ` +
          `set NATS_URL with the user and password, or the token, that the server expects; trying on`,
      ]),
    );
    delete server.script.rejection;
    await until(() => link.isUp);
  });

  it('and lets it not hear its cluster any more is no server for it until it does', async () => {
    let isDenied = false;
    const server = await open({
      subscriptionError: (subject) =>
        (isDenied ? `Permissions Violation for Subscription to "${subject}"` : undefined) as string,
    });
    const { link, warned, events } = linkTo(server.url);
    await link.start();
    isDenied = true;
    server.cut();
    await until(() => warned.some((line) => line.startsWith('nats reopen')));
    expect(link.isUp).toBe(false);
    expect(warned.join('\n')).toContain('may not subscribe to');
    isDenied = false;
    await until(() => link.isUp);
    expect(events.at(-1)).toBe('reconnected');
  });
});

it('what the server minds is said, and with a missing permission which one to give', async () => {
  const server = await open();
  const { link, warned } = linkTo(server.url);
  await link.start();
  server.say(`-ERR 'Permissions Violation for Publish to "${PRESENCE}"'`);
  await until(() => warned.length > 0);
  expect(warned).toEqual([
    expect.stringMatching(
      /says: Permissions Violation for Publish to "noex\..*"; allow it to publish and subscribe to "noex\.c2hvcA\.>"$/,
    ),
  ]);
});

it('hands over what was published before it closes', async () => {
  const server = await open();
  const { link } = linkTo(server.url);
  await link.start();
  link.publish('there', Buffer.from('goodbye'));
  await link.close();
  expect(server.lines).toContain('PUB there 7 goodbye');
  expect(link.isUp).toBe(false);
});
