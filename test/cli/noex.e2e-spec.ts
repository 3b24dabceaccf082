import { ConflictException } from '@nestjs/common';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClusterService,
  HandleCall,
  HandleCast,
  ManagementServer,
  NoexBehavior,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessRef,
} from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import type {
  CallReply,
  DrainResult,
  NodeLoad,
  NodeStatus,
  ProcessList,
} from '../../libs/cli/src/node/answers.js';
import type { CallAnswer } from '../../libs/nestjs/src/management/api/call-process.js';
import type { DrainAnswer } from '../../libs/nestjs/src/management/api/node-drain.js';
import type { NodeLoadAnswer } from '../../libs/nestjs/src/management/api/node-load.js';
import type { NodeStatusAnswer } from '../../libs/nestjs/src/management/api/node-status.js';
import type { ProcessesAnswer } from '../../libs/nestjs/src/management/api/process-list.js';
import { startCluster } from '../support/worker-node.js';
import { noex } from './noex.js';

/** What the command takes a node's answers for fits what a node answers; else the type check fails. */
type Fits<_Expected, _Given extends _Expected> = true;
export type Answers = [
  Fits<NodeStatus, NodeStatusAnswer>,
  Fits<ProcessList, ProcessesAnswer>,
  Fits<NodeLoad, NodeLoadAnswer>,
  Fits<CallReply, CallAnswer>,
  Fits<DrainResult, DrainAnswer>,
];

const TOKEN = 'operator-horse-battery';

@NoexBehavior('cart')
class Cart {
  private readonly items: string[] = [];
  @HandleCall() add({ item }: { item: string }): { items: string[] } {
    if (item === 'bomb') throw new ConflictException('not in this cart');
    this.items.push(item);
    return { items: this.items };
  }
  @HandleCall() hang(): Promise<never> {
    return new Promise(() => {});
  }
  @HandleCast() remove(_item: string): void {}
}

let cluster: TestCluster;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-cli-'))));
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster?.close();
});

/** Nodes `n1`, `n2`, …, each with its own options for the management port. */
async function start(...management: object[]): Promise<void> {
  cluster = await createTestCluster({
    nodes: management.length,
    clock: 'real',
    providers: [Cart],
    // Canaries that come and go would be among the processes.
    options: (id) => ({ management: { port: 0, ...management[Number(id.slice(1)) - 1] }, canary: false }),
  });
}
const WITH_API = { token: TOKEN };

const urlOf = (node: string, host = '127.0.0.1') =>
  `http://${host}:${cluster.get(node, ManagementServer).address!.port}`;
const on = (node: string, ...args: string[]) => noex(args, { NOEX_URL: urlOf(node), NOEX_TOKEN: TOKEN });
const spawnCart = (on: string, name?: string): Promise<ProcessRef<Cart>> =>
  cluster
    .get('n1', RemoteSpawnService)
    .spawn(Cart, { on, ...(name === undefined ? {} : { globalName: name }) });

describe('the command noex against a running node', () => {
  it('shows status, processes and what happens per second', async () => {
    await start(WITH_API, WITH_API);
    const cart = await spawnCart('local', 'cart');
    const calls = cluster.get('n1', RemoteCallService);
    for (let n = 0; n < 3; n++) await calls.call(cart, 'add', { item: 'pear' });

    const [status, processes, ofNone] = await Promise.all([
      on('n1', 'status'),
      on('n1', 'processes', '--sort', 'handled'),
      on('n1', 'processes', '--behavior', 'door', '--json'),
    ]);
    expect(status).toMatchObject({ status: 0, stderr: '' });
    expect(status.stdout).toMatch(/^node +n1 of cluster noex, running for /);
    expect(status.stdout).toMatch(/^ready +up$/m);
    expect(status.stdout).toMatch(/^cart +1$/m);
    expect(status.stdout).toMatch(/^n2 +up +\d/m);
    expect(processes.stdout).toMatch(new RegExp(`^${cart.toString()} +cart +cart +idle +0 +\\d+ +3 `, 'm'));
    expect(JSON.parse(ofNone.stdout)).toEqual({ node: 'n1', total: 0, processes: [] });

    const top = on('n1', 'top', '--once', '--interval', '0.3', '--json');
    let looking = true;
    void top.finally(() => (looking = false));
    while (looking) await calls.call(cart, 'add', { item: 'pear' });
    const {
      seconds,
      perSecond,
      processes: busy,
    } = JSON.parse((await top).stdout) as {
      seconds: number;
      perSecond: { localCalls: number };
      processes: { process: string; handledPerSecond: number }[];
    };
    expect(seconds).toBeGreaterThanOrEqual(0.3);
    expect(perSecond.localCalls).toBeGreaterThan(0);
    expect(busy[0]!.process).toBe(cart.toString());
    // One call may be handled and not counted as ended yet, at each look.
    expect(Math.abs(busy[0]!.handledPerSecond - perSecond.localCalls) * seconds).toBeLessThan(2);
  });

  it('calls a process of any node, and says how a call failed and whether it may have run', async () => {
    await start(WITH_API, WITH_API);
    const cart = await spawnCart('n2', 'cart');
    const runs = await Promise.all([
      on('n1', 'call', 'cart', 'add', '{"item":"pear"}'),
      on('n1', 'call', cart.toString(), 'add', '{"item":"bomb"}', '--json'),
      on('n1', 'call', 'cart', 'fly'),
      on('n1', 'call', 'nobody', 'add', '{}'),
      on('n2', 'call', 'cart', 'add', 'pear'),
    ]);
    expect(runs.map(({ status }) => status)).toEqual([0, 1, 1, 1, 2]);
    expect(JSON.parse(runs[0].stdout)).toEqual({ items: ['pear'] });
    expect(JSON.parse(runs[1].stdout)).toMatchObject({
      error: { code: 'remote_error', name: 'ConflictException', outcome: 'ran', status: 409 },
    });
    expect(runs[1].stderr).toContain('not in this cart');
    expect(runs[2].stderr).toMatch(/^noex call: .*\(code invalid_message, outcome not-run, status 400\)\n$/);
    expect(runs[3].stderr).toMatch(/nobody.*\(code noproc, outcome not-run, status 404\)\n$/);
    expect(runs[4].stderr).toContain('the payload is no JSON');
    // Last, since it leaves the cart at work.
    const late = await on('n1', 'call', 'cart', 'hang', '--timeout', '50');
    expect(late.status).toBe(1);
    expect(late.stderr).toMatch(/\(code call_timeout, outcome unknown, status 504\)\n$/);
  });

  it('says on one line why it has no answer, without the token', async () => {
    await start(WITH_API, {});
    const file = join(folder, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    const at = (node: string) => ['--url', urlOf(node)];
    const runs = await Promise.all([
      noex(['status', ...at('n1'), '--token-file', file]),
      noex(['status', ...at('n1')], { NOEX_TOKEN: 'wrong-horse-battery' }),
      noex(['status', ...at('n2'), '--token-file', file]),
      noex(['status', '--url', 'http://127.0.0.1:1', '--token-file', file]),
      noex(['status', ...at('n1')]),
    ]);
    expect(runs.map(({ status }) => status)).toEqual([0, 1, 1, 1, 2]);
    const problems = ['the token is not that of this node', 'has no management API', 'connection refused'];
    for (const [n, problem] of problems.entries()) {
      const { stdout, stderr } = runs[n + 1]!;
      expect(stderr).toMatch(/^noex status: .*\n$/);
      expect(stderr).toContain(problem);
      expect(stdout + stderr).not.toContain('horse');
    }
    expect(runs[4].stderr).toContain('no token is given');
    expect(JSON.stringify(cluster.log)).not.toContain('horse');
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  // A machine without a network has only loopback; what the guard says of other addresses is in its own spec.
  (outside ? it : it.skip)('is answered on loopback alone, until other machines are allowed', async () => {
    await start({ ...WITH_API, host: '0.0.0.0' }, { ...WITH_API, host: '0.0.0.0', allowRemote: true });
    const { address } = outside!;
    const env = { NOEX_TOKEN: TOKEN };
    const [refused, allowed, loopback, probe] = await Promise.all([
      noex(['status', '--url', urlOf('n1', address)], env),
      noex(['status', '--url', urlOf('n2', address)], env),
      noex(['status', '--url', urlOf('n1')], env),
      fetch(`${urlOf('n1', address)}/livez`),
    ]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^noex status: .*its own machine only/);
    expect([allowed.status, loopback.status, probe.status]).toEqual([0, 0, 200]);
  });

  it('lets a peer leave, and then the node itself, and prints what became of their work', async () => {
    await start(WITH_API, WITH_API, {});
    await spawnCart('n2');
    const refused = await on('n1', 'drain', 'n3', '--wait');
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('node "n3" takes no drain from others: its management API is off');

    const peer = await on('n1', 'drain', 'n2', '--wait', '--json');
    expect(peer.status).toBe(0);
    // Asked again, a node gives the ledger of the leave that it made.
    const ledger = await cluster.get('n2', ClusterService).leave();
    expect(JSON.parse(peer.stdout)).toEqual({ node: 'n2', state: 'left', ledger });
    expect(ledger.processesStopped).toBe(1);
    const nodes = cluster.get('n1', ClusterService).getNodes();
    expect(nodes.map(({ id }) => id)).toEqual(['n1', 'n3']);

    const own = await on('n1', 'drain', 'n1', '--wait');
    expect(own).toMatchObject({ status: 0, stderr: '' });
    expect(own.stdout).toMatch(/^n1 has left the cluster\n {2}calls completed +0\n/);
    const after = await on('n1', 'status');
    expect(after.stdout).toMatch(/^node +n1 of cluster noex, stopped$/m);
    expect(after.stdout).toMatch(/^ready +down$/m);
    expect(after.stdout).toContain('drain ledger');
    expect(cluster.get('n3', ClusterService).getStatus()).toBe('running');
  });
});

it('a node in an OS process of its own leaves by the command, with the ledger of its log, and ends by SIGTERM', async () => {
  const file = join(folder, 'token');
  writeFileSync(file, TOKEN);
  const [a, b] = await startCluster(['a', 'b'], { MANAGEMENT_PORT: '0', MANAGEMENT_TOKEN_FILE: file });
  try {
    const { port } = await a!.event('management_listening');
    const run = (...args: string[]) =>
      noex(args, { MANAGEMENT_PORT: String(port), MANAGEMENT_TOKEN_FILE: file });
    expect((await run('status')).stdout).toMatch(/^b +up /m);
    const { status, stdout } = await run('drain', 'b', '--wait', '--json');
    expect(status).toBe(0);
    const left = await b!.event('node_left');
    const { ledger } = JSON.parse(stdout) as { ledger: Record<string, number> };
    expect(left).toMatchObject(ledger);
    expect(Object.keys(ledger).length).toBeGreaterThan(8);
    expect(await a!.event('node_down', { peer: 'b' })).toMatchObject({ reason: 'graceful_shutdown' });
    b!.kill('SIGTERM');
    expect(await b!.exited).toBe(0);
    expect(`${a!.dump()}${b!.dump()}`).not.toContain('horse');
  } finally {
    await Promise.all([a!.destroy(), b!.destroy()]);
  }
});
