import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, nkeys, type Msg, type NatsConnection } from '@nats-io/transport-node';

import { systemClock, type Clock } from '@noex/contracts';
import { TestAuthority, writeTlsFiles, type TransportNode } from '@noex/testing';
import { RELOAD_MS, SETTLE_MS } from './cluster-keys.js';
import { NatsNodes } from './nats-nodes.spec-support.js';
import { NatsServer } from './nats-server.spec-support.js';
import { clusterSubject, presenceSubject } from './subjects.js';

const OLD = 'an old horse in winter';
const NEW = 'a new battery in summer';

let server: NatsServer;
let folder: string;
const nodes = new NatsNodes(() => server.url);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'noex-nats-security-'));
  server = await NatsServer.start();
});
afterEach(async () => {
  await nodes.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Files are looked at often, so that nobody waits for it. */
const watchfulClock: Clock = {
  ...systemClock,
  setTimeout: (callback, ms) =>
    systemClock.setTimeout(callback, ms === RELOAD_MS ? 20 : ms === SETTLE_MS ? 5 : ms),
};

const meet = (...pair: TransportNode[]) =>
  Promise.all(
    pair.flatMap(({ host }) =>
      pair.filter((other) => other.host !== host).map((other) => host.connected(other.host.self.id)),
    ),
  );

const texts = ({ host }: TransportNode) =>
  host.frames.get('a')!.map((frame) => Buffer.from(frame).toString());

describe('the secret', () => {
  it('keeps out a node that has another, and both say so without showing one', async () => {
    const a = await nodes.start('a', { secrets: [OLD] });
    const b = await nodes.start('b', { secrets: [NEW] });
    const c = await nodes.start('c', { secrets: [OLD] });
    await meet(a, c);
    await Promise.all([
      a.warned(/who calls itself node "b" does not hold this cluster's secret; .*CLUSTER_SECRET/),
      b.warned(/who calls itself node "c" does not hold this cluster's secret; .*CLUSTER_SECRET/),
    ]);
    expect([b.host.events, a.host.downs('c')]).toEqual([[], []]);
    expect(a.host.transport.refusals!.get('wrong_secret')).toBeGreaterThan(0);
    expect([a, b, c].flatMap(({ lines }) => lines).join('\n')).not.toMatch(/horse|battery/);
  });

  it('keeps out a node that has none', async () => {
    const a = await nodes.start('a', { secrets: [OLD] });
    const b = await nodes.start('b');
    await Promise.all([
      a.warned(/"b" does not hold/),
      nodes.start('c', { secrets: [OLD] }).then((c) => meet(a, c)),
    ]);
    expect(b.host.events).toEqual([]);
  });

  it('is rotated node by node: nobody is kept out, and no session falls', async () => {
    const file = (id: string) => join(folder, id);
    const start = (id: string, text: string) => {
      writeFileSync(file(id), text);
      return nodes.start(id, { secretFile: file(id), clock: watchfulClock });
    };
    const rotate = async (node: TransportNode, text: string, times: number) => {
      writeFileSync(file(node.host.self.id), text);
      await node.logged(/secrets_reloaded/, times);
    };
    const [a, b] = [await start('a', OLD), await start('b', OLD)];
    await meet(a, b);
    await rotate(a, `${NEW}\n${OLD}\n`, 1);
    await meet(a, b, await start('early', `${NEW},${OLD}`), await start('late', OLD));
    await rotate(b, `${NEW}\n${OLD}\n`, 1);
    await Promise.all([rotate(a, NEW, 2), rotate(b, NEW, 2)]);
    await meet(a, b, await start('joins', NEW));
    const stays = await start('stays', OLD);
    await a.warned(/"stays" does not hold/);
    expect([stays.host.connections.get('a'), a.host.downs('b'), b.host.downs('a')]).toEqual([
      undefined,
      [],
      [],
    ]);
    expect([a, b].flatMap(({ lines }) => lines).join('\n')).not.toMatch(/horse|battery/);
  });

  it('stays as it is where its file cannot be used, which is said once', async () => {
    const path = join(folder, 'secret');
    writeFileSync(path, OLD);
    const a = await nodes.start('a', { secretFile: path, clock: watchfulClock });
    writeFileSync(path, '\n');
    await a.warned(/the secret file cannot be used, the secrets stay as they are: it is empty/);
    await meet(a, await nodes.start('b', { secrets: [OLD] }));
    expect(a.lines.filter((line) => line.includes('secret_file_invalid'))).toHaveLength(1);
  });
});

describe('another user of the server', () => {
  let tenant: NatsConnection;
  let seen: Msg[];

  beforeEach(async () => {
    tenant = await connect({ servers: server.url });
    seen = [];
    tenant.subscribe(`${clusterSubject('shop')}.>`, {
      callback: (_, message) =>
        void seen.push({ subject: message.subject, data: Buffer.from(message.data) } as never),
    });
    await tenant.flush();
  });
  afterEach(() => tenant.close());

  it('that plays every message again, in any direction and any number, changes nothing', async () => {
    const [a, b] = await nodes.pair({ secrets: [OLD] });
    const [toB, toA] = [a.host.connections.get('b')!, b.host.connections.get('a')!];
    for (let n = 0; n < 20; n++) {
      toB.send(Buffer.from(`a${n}`));
      toA.send(Buffer.from(`b${n}`));
      await b.host.received('a', n + 1);
    }
    for (let round = 0; round < 3; round++)
      for (const { subject, data } of [...seen]) tenant.publish(subject, data);
    for (const { data } of [...seen]) for (const { address } of [a, b]) tenant.publish(`${address}.s`, data);
    await tenant.flush();
    toB.send(Buffer.from('the end'));
    toA.send(Buffer.from('the end'));
    await Promise.all([b.host.received('a', 21), a.host.received('b', 21)]);
    expect([a, b].map(({ host }) => host.events.map(({ kind }) => kind))).toEqual([['up'], ['up']]);
    expect(texts(b)).toEqual([...Array(20).keys()].map((n) => `a${n}`).concat('the end'));
    expect(b.host.transport.refusals!.get('repeated')).toBeGreaterThan(0);
  });

  it('that changes a bit of what it saw, or makes messages up, is counted and said, and changes nothing', async () => {
    const [a, b] = await nodes.pair({ secrets: [OLD] });
    a.host.connections.get('b')!.send(Buffer.from('one'));
    await b.host.received('a', 1);
    for (const { subject, data } of [...seen]) {
      for (let at = 0; at < data.length; at += 3) {
        const copy = Buffer.from(data);
        copy[at]! ^= 1;
        tenant.publish(subject, copy);
      }
    }
    for (const text of [
      '',
      'N',
      'hello',
      '\u0001',
      `\u0006${'x'.repeat(100)}`,
      `N\u0001${'x'.repeat(24)}{}`,
    ]) {
      for (const { address } of [a, b])
        for (const end of ['s', 'h', 'r.1', 'x']) tenant.publish(`${address}.${end}`, text);
      tenant.publish(presenceSubject('shop'), text);
    }
    await b.warned(/somebody sends messages in the name of node "a" without the cluster's secret/);
    a.host.connections.get('b')!.send(Buffer.from('two'));
    await b.host.received('a', 2);
    expect(texts(b)).toEqual(['one', 'two']);
    expect([a, b].map(({ host }) => host.events.map(({ kind }) => kind))).toEqual([['up'], ['up']]);
    expect(b.host.transport.refusals!.get('forged')).toBeGreaterThan(0);
    expect(b.lines.filter((line) => line.includes('message_forged'))).toHaveLength(1);
  });

  it('sees no secret', async () => {
    const [a, b] = await nodes.pair({ secrets: [OLD] });
    a.host.connections.get('b')!.send(Buffer.from('one'));
    await b.host.received('a', 1);
    expect(Buffer.concat(seen.map(({ data }) => Buffer.from(data))).includes(OLD)).toBe(false);
  });
});

describe('the server', () => {
  const restart = async (text: string) => {
    await server.close();
    server = await NatsServer.configured(text);
  };
  const url = (user: string) => server.url.replace('nats://', `nats://${user}@`);
  const cluster = clusterSubject('shop');

  it('asks for a user, which may be allowed the subjects of its cluster alone', async () => {
    const permissions = `{ publish: ["${cluster}.>"], subscribe: ["${cluster}.>"] }`;
    await restart(
      `authorization { users: [{ user: shop, password: "s3 cret", permissions: ${permissions} }] }`,
    );
    const [a, b] = await nodes.pair({ servers: url('shop:s3%20cret') });
    await meet(a, b);
    expect([...a.lines, ...b.lines].filter((line) => line.includes('nats_error'))).toEqual([]);
  });

  it('does not take a wrong password: the start fails, and does not show it', async () => {
    await restart('authorization { users: [{ user: shop, password: right }] }');
    const start = nodes.start('a', { servers: url('shop:wrong'), connectTimeoutMs: 1 });
    await expect(start).rejects.toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(/^cannot connect to NATS at 127\.0\.0\.1:\d+: .*authorization/i),
    });
    await start.catch((error: Error) => expect(error.message).not.toContain('wrong'));
  });

  it('does not let a user hear its cluster: the start fails and says what to allow', async () => {
    await restart(
      'authorization { users: [{ user: shop, password: right, permissions: { publish: ">", subscribe: "other.>" } }] }',
    );
    await expect(nodes.start('a', { servers: url('shop:right'), connectTimeoutMs: 1 })).rejects.toMatchObject(
      {
        code: 'cluster_start',
        message: expect.stringContaining('allow it to publish and subscribe to "noex.c2hvcA.>"'),
      },
    );
  });

  it('takes a token, and the seed of an nkey from a file', async () => {
    await restart('authorization { token: "t0ken" }');
    await meet(...(await nodes.pair({ servers: url('t0ken') })));
    await nodes.close();
    const user = nkeys.createUser();
    const path = join(folder, 'user.nk');
    writeFileSync(path, `${Buffer.from(user.getSeed()).toString()}\n`);
    await restart(`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`);
    await meet(...(await nodes.pair({ nkeySeedFile: path })));
  });

  it('is asked for TLS by its URL, and its certificate must be of the CA', async () => {
    const [authority, other] = [new TestAuthority('nats CA'), new TestAuthority('other CA')];
    const files = writeTlsFiles(folder, 'server', authority.issue({ name: 'localhost' }));
    const wrong = writeTlsFiles(folder, 'other', other.issue({ name: 'localhost' }));
    await restart(`tls { cert_file: "${files.certFile}", key_file: "${files.keyFile}" }`);
    const tls = `tls://localhost:${server.port}`;
    await meet(...(await nodes.pair({ servers: tls, tls: { caFile: files.caFile } })));
    const start = nodes.start('c', { servers: tls, tls: { caFile: wrong.caFile }, connectTimeoutMs: 1 });
    await expect(start).rejects.toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(/certificate/),
    });
  });

  it('that takes only small messages is refused at the start', async () => {
    await restart('max_payload: 64KB');
    await expect(nodes.start('a')).rejects.toMatchObject({
      code: 'cluster_start',
      message: expect.stringContaining('raise max_payload of the server'),
    });
  });
});
