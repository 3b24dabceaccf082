import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { VirtualClock, type TransportNode } from '@noex/testing';
import { parseHostPort } from './address.js';
import { deriveKey } from './key.js';
import { LiveTraffic, watchfulClock } from './live-traffic.spec-support.js';
import { expectRefusal, TestNodes } from './test-nodes.spec-support.js';
import { clientKeyOptions } from './tls-options.js';

const OLD = 'an old horse in winter';
const NEW = 'a new battery in summer';

const nodes = new TestNodes();
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-rotation-'))));
afterEach(async () => {
  await nodes.close();
  rmSync(folder, { recursive: true });
});

const fileOf = (id: string) => join(folder, id);

async function startWithFile(
  id: string,
  text: string,
  seeds: TransportNode[] = [],
  options: { host?: string; advertisedHost?: string } = {},
): Promise<TransportNode> {
  writeFileSync(fileOf(id), text);
  const addresses = seeds.map(({ address }) => address);
  return nodes.start(id, { secretFile: fileOf(id), seeds: addresses, clock: watchfulClock, ...options });
}

/** Replaces a node's file and waits until the node says that it uses it. */
async function rotate(node: TransportNode, text: string): Promise<void> {
  const count = node.lines.filter((line) => line.includes('secrets_reloaded')).length;
  writeFileSync(fileOf(node.host.self.id), text);
  await node.logged(/secrets_reloaded/, count + 1);
}

const meet = (ones: readonly TransportNode[], others: readonly TransportNode[] = ones) =>
  Promise.all(
    ones.flatMap(({ host }) =>
      others.filter((o) => o.host !== host).map((o) => host.connected(o.host.self.id)),
    ),
  );

it('a live cluster of three changes its secret node by node: no connection falls, no frame is lost', async () => {
  const a = await startWithFile('a', OLD);
  const b = await startWithFile('b', OLD, [a]);
  const c = await startWithFile('c', OLD, [a, b]);
  const cluster = [a, b, c];
  await meet(cluster);
  const traffic = new LiveTraffic();
  traffic.start(cluster);
  await traffic.goesOn();

  await rotate(a, `${NEW}\n${OLD}\n`);
  // In the middle of it, nodes of either side can start and reach everybody.
  const early = await startWithFile('early', `${NEW},${OLD}`, cluster);
  const late = await startWithFile('late', OLD, cluster);
  await meet([early, late], cluster);
  await Promise.all([early.host.close(), late.host.close()]);

  for (const node of [b, c]) await rotate(node, `${NEW}\n${OLD}\n`);
  await traffic.goesOn();
  for (const node of cluster) await rotate(node, NEW);
  await traffic.goesOn();

  const joins = await startWithFile('joins', NEW, cluster);
  await meet([joins], cluster);
  const stays = await startWithFile('stays', OLD, [a]);
  await Promise.all([
    a.warned(/refused 127\.0\.0\.1: it does not hold this cluster's secret/),
    stays.warned(new RegExp(`refused ${a.address}: .*CLUSTER_SECRET`)),
  ]);
  expect(stays.host.events).toEqual([]);

  await traffic.goesOn();
  expect(traffic.gaps).toEqual([]);
  for (const { host } of cluster) {
    for (const other of cluster) expect(host.downs(other.host.self.id)).toEqual([]);
  }
  for (const { lines } of [...cluster, early, late, joins, stays]) {
    expect(lines.join('\n')).not.toMatch(/horse|battery/);
  }
});

it('a file that cannot be used leaves the secrets as they are, and is warned of once', async () => {
  const a = await startWithFile('a', OLD, [], { host: '0.0.0.0', advertisedHost: '127.0.0.1' });
  writeFileSync(fileOf('a'), '');
  expect(await a.logged(/secret_file_invalid/)).toMatch(/it is empty/);
  writeFileSync(fileOf('a'), 'short horse');
  await a.logged(/secret_file_invalid/, 2);
  expect(a.lines.at(-1)).toMatch(/shorter than 16 bytes.*secret_file_invalid/);
  rmSync(fileOf('a'));
  await a.logged(/cannot be read \(ENOENT\).*secret_file_invalid/);
  const b = await nodes.start('b', { secrets: [OLD], seeds: [a.address] });
  await meet([a, b]);
  await rotate(a, NEW);
  const c = await nodes.start('c', { secrets: [NEW], seeds: [a.address] });
  await meet([a, c]);
  expect(a.lines.filter((line) => line.includes('secret_file_invalid'))).toHaveLength(3);
  expect(a.lines.join('\n')).not.toMatch(/horse|battery/);
});

it('looks at no file any more once it is closed', async () => {
  const clock = new VirtualClock();
  writeFileSync(fileOf('a'), OLD);
  const a = await nodes.start('a', { secretFile: fileOf('a'), clock });
  expect(clock.pending).toBe(1);
  await a.host.close();
  expect(clock.pending).toBe(0);
});

it('tells how many secrets there are when they change, and nothing else', async () => {
  const a = await startWithFile('a', OLD);
  await rotate(a, `${NEW}\n${OLD}`);
  expect(await a.logged(/secrets_reloaded/)).toMatch(/ \{"event":"secrets_reloaded","count":2\}$/);
});

it('lets nobody in with a session from the time of a secret that is no longer accepted', async () => {
  const a = await startWithFile('a', OLD);
  const { pskCallback, ...withoutKey } = clientKeyOptions(await deriveKey(OLD));
  const sessions: Buffer[] = [];
  const dial = (proof: ConnectionOptions) =>
    new Promise<string>((resolve) => {
      const socket = connect({ ...parseHostPort(a.address)!, ...withoutKey, ...proof });
      socket.on('session', (session) => sessions.push(session));
      // The first frame shows that the server was content; until the end all sessions have come.
      socket.once('data', () => socket.end().once('close', () => resolve('in')));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code!));
    });
  expect(await dial({ pskCallback })).toBe('in');
  expect(sessions).not.toEqual([]);
  await rotate(a, NEW);
  for (const proof of [{ pskCallback }, ...sessions.map((session) => ({ session }))]) {
    expect(await dial(proof)).toMatch(/^ERR_SSL/);
  }
});

it('refuses a node that lacks every accepted secret, also after it tried them all', async () => {
  const a = await nodes.start('a', { secrets: ['one'] });
  const b = await nodes.start('b', { secrets: ['two', 'three'], seeds: [a.address] });
  await expectRefusal(a, b, /refused 127\.0\.0\.1: .*CLUSTER_SECRET/, /refused .*CLUSTER_SECRET/);
});
