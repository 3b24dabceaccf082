import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { countText, sampleText } from './support/sample-text.js';
import { freePorts, OVER_NATS, SECRET, startCluster, WorkerNode } from './support/worker-node.js';

const MIB = 1024 * 1024;
/** For what is true of the mesh alone. */
const onMesh = OVER_NATS ? it.skip : it;
/** A broken connection tells of a death on the mesh; over NATS only silence does, which takes the failure detector its time. */
const DEATH = OVER_NATS
  ? { reason: 'heartbeat_timeout', withinMs: 5_500 }
  : { reason: 'connection_closed', withinMs: 500 };

interface Progress {
  status: string;
  chunks: { total: number; done: number; inFlight: number; rerun: number };
  bytes: { received: number; done: number };
}

/** An upload in parts, so that a test can act between them. */
class Upload {
  private readonly request: ClientRequest;
  private readonly answer: Promise<string>;

  constructor(url: string) {
    this.request = request(url, { method: 'POST', headers: { 'content-type': 'text/plain' } });
    this.answer = once(this.request, 'response').then(async ([response]) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response as IncomingMessage) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      if ((response as IncomingMessage).statusCode !== 202) throw new Error(`POST /jobs: ${body}`);
      return (JSON.parse(body) as { id: string }).id;
    });
  }

  /** Resolves when the app has taken the part off our hands. */
  write(part: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.request.write(part, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Resolves with the job's id. */
  end(): Promise<string> {
    this.request.end();
    return this.answer;
  }
}

async function upload(node: WorkerNode, text: Buffer): Promise<string> {
  const upload = new Upload(await node.url('/jobs'));
  await upload.write(text);
  return upload.end();
}

async function finished(node: WorkerNode, id: string): Promise<Progress> {
  for (;;) {
    const progress = await node.get<Progress>(`/jobs/${id}`);
    if (progress.status === 'done' || progress.status === 'failed') return progress;
  }
}

describe('a cluster of real processes', () => {
  let nodes: WorkerNode[] = [];

  const start = (name: string, env: Record<string, string> = {}): WorkerNode => {
    const node = new WorkerNode(name, env);
    nodes.push(node);
    return node;
  };

  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.destroy()));
    nodes = [];
  });

  it('counts a text exactly once though a node that works on it is killed', async () => {
    nodes = await startCluster(['w1', 'w2', 'w3']);
    const [first, victim, third] = nodes as [WorkerNode, WorkerNode, WorkerNode];
    const part = sampleText(4 * MIB);
    const parts = 9;

    const upload = new Upload(await first.url('/jobs'));
    await upload.write(part);
    while ((await victim.metric('noex_processes_started_total')) === 0);
    // Stopped, it keeps what it is given and finishes none of it: the kill is sure to take work with it.
    victim.kill('SIGSTOP');
    const rest = (async () => {
      for (let n = 1; n < parts; n++) await upload.write(part);
      return upload.end();
    })();
    while ((await first.metric('noex_remote_spawns_total')) < 20 && first.count('node_down') === 0);
    victim.kill('SIGKILL');
    const id = await rest;
    const progress = await finished(third, id);

    expect(progress).toMatchObject({
      status: 'done',
      bytes: { received: parts * part.length, done: parts * part.length },
    });
    expect(progress.chunks.done).toBe(progress.chunks.total);
    expect(progress.chunks.rerun).toBeGreaterThan(0);
    const { lines, bytes, words, distinctTerms } = countText(part);
    const result = await third.get<{ nodes: { chunks: number; bytes: number }[] }>(`/jobs/${id}/result`);
    expect(result).toMatchObject({
      lines: parts * lines,
      bytes: parts * bytes,
      words: parts * words,
      distinctTerms,
    });
    expect(result.nodes.reduce((sum, node) => sum + node.bytes, 0)).toBe(parts * bytes);
    expect(result.nodes.reduce((sum, node) => sum + node.chunks, 0)).toBe(progress.chunks.total);
    await Promise.all([first, third].map((node) => node.event('node_down', { peer: 'w2' })));
    await expect(first.metric('noex_connected_nodes')).resolves.toBe(1);
    await expect(third.metric('noex_connected_nodes')).resolves.toBe(1);
  });

  it('leaves on SIGTERM with exit code 0, and its peers call it a graceful shutdown', async () => {
    nodes = await startCluster(['w1', 'w2']);
    const [first, leaver] = nodes as [WorkerNode, WorkerNode];
    const part = sampleText(4 * MIB);
    const upload = new Upload(await first.url('/jobs'));
    await upload.write(part);
    while ((await leaver.metric('noex_processes_started_total')) === 0);
    const before = Date.now();
    leaver.kill('SIGTERM');
    await upload.write(part);
    await expect(leaver.exited).resolves.toBe(0);
    expect(Date.now() - before).toBeLessThan(20_000);
    await first.event('node_down', { peer: 'w2', reason: 'graceful_shutdown' });
    const id = await upload.end();
    await expect(finished(first, id)).resolves.toMatchObject({
      status: 'done',
      bytes: { done: 2 * part.length },
    });
    expect(first.count('node_down')).toBe(1);
  });

  it('sees a killed node at once, and a restarted one go down once and come up once', async () => {
    const [port1, port2] = (await freePorts(2)) as [number, number];
    const seeds = `w1@127.0.0.1:${port1},w2@127.0.0.1:${port2}`;
    const first = start('w1', { CLUSTER_PORT: String(port1), CLUSTER_SEEDS: seeds });
    const env = { CLUSTER_PORT: String(port2), CLUSTER_SEEDS: seeds };
    const former = start('w2', env);
    const { incarnation } = await first.event('node_up', { peer: 'w2' });
    const killed = Date.now();
    former.kill('SIGKILL');
    const { time } = await first.event('node_down', { peer: 'w2', reason: DEATH.reason });
    // Of a connection some 10 ms, so that even a starved machine is well below.
    expect(Number(time) - killed).toBeLessThan(DEATH.withinMs);
    const next = start('w2', env);
    await next.event('node_up', { peer: 'w1' });
    await first.logged(
      'w2 up again',
      (l) => l.event === 'node_up' && l.peer === 'w2' && l.incarnation !== incarnation,
    );
    expect([first.count('node_up'), first.count('node_down')]).toEqual([2, 1]);
  });

  it('finds a hung node within five seconds, and takes it back within two once it goes on', async () => {
    nodes = await startCluster(['w1', 'w2', 'w3']);
    const [first, hung, third] = nodes as [WorkerNode, WorkerNode, WorkerNode];
    const before = Date.now();
    hung.kill('SIGSTOP');
    const downs = await Promise.all(
      [first, third].map((node) => node.event('node_down', { peer: 'w2', reason: 'heartbeat_timeout' })),
    );
    for (const { time } of downs) expect((time as number) - before).toBeLessThan(5_500);
    const resumed = Date.now();
    hung.kill('SIGCONT');
    await Promise.all(
      [first, third].map((node) =>
        node.logged('w2 up again', () => node.count('node_up', { peer: 'w2' }) === 2),
      ),
    );
    expect(Date.now() - resumed).toBeLessThan(2_000);
    // It hung itself, so it accuses nobody: it sees its connections closed, not its peers silent.
    expect(hung.count('node_down', { reason: 'heartbeat_timeout' })).toBe(0);
    await expect(finished(hung, await upload(hung, sampleText(100_000)))).resolves.toMatchObject({
      status: 'done',
    });
  });

  it('has a second node up within a second of its listen', async () => {
    const first = start('w1');
    const second = start('w2', await first.asSeed());
    const listened = await second.event('node_started');
    const up = await second.event('node_up', { peer: 'w1' });
    expect((up.time as number) - (listened.time as number)).toBeLessThan(1000);
  });

  type Stranger = [what: string, env: Record<string, string>, here: RegExp, there: RegExp];
  const OTHER_CLUSTER: Stranger[] = [
    [
      'another cluster name',
      { CLUSTER_NAME: 'other' },
      /cluster "other".*cluster "noex"|cluster "noex".*cluster "other"/,
      /CLUSTER_NAME/,
    ],
  ];
  const strangers: Stranger[] = [
    ['a wrong secret', { CLUSTER_SECRET: 'another-secret-of-enough-bytes' }, /secret/i, /secret/i],
    // Over NATS clusters of different names are different clusters, which do not hear each other.
    ...(OVER_NATS ? [] : OTHER_CLUSTER),
  ];
  it.each(strangers)(
    'refuses a node with %s and names the cause on both sides',
    async (_what, env, here, there) => {
      const first = start('w1');
      // Over NATS neither of two nodes can prove to the other that its secret is the right one; a third that holds the same does.
      if (OVER_NATS) {
        start('w3', await first.asSeed());
        await first.event('node_up', { peer: 'w3' });
      }
      const stranger = start('w2', { ...(await first.asSeed()), ...env });
      await first.logged('the refusal', (l) => l.level === 40 && here.test(l.msg ?? ''));
      await stranger.logged('the refusal', (l) => l.level === 40 && there.test(l.msg ?? ''));
      expect([first.count('node_up'), stranger.count('node_up')]).toEqual([OVER_NATS ? 1 : 0, 0]);
      // The one that was shut out says so; the cluster it knocked at serves on.
      const ready = await Promise.all([first, stranger].map(async (node) => fetch(await node.url('/ready'))));
      expect(ready.map(({ status }) => status)).toEqual([200, 503]);
      expect(await ready[1]!.text()).toContain('the cluster refuses this node');
      expect(first.dump() + stranger.dump()).not.toMatch(new RegExp(`${SECRET}|another-secret`));
    },
  );

  it('refuses a second live node of the same name and says so on both sides', async () => {
    const [port] = (await freePorts(1)) as [number];
    const first = start('w1', { CLUSTER_PORT: String(port) });
    const seeds = await first.asSeed();
    start('w2', seeds);
    await first.event('node_up', { peer: 'w2' });
    const twin = start('w2', seeds);
    await twin.logged('the refusal', (l) => /two live nodes are named "w2"/.test(l.msg ?? ''));
    await first.logged('the refusal', (l) => /two live nodes are named "w2"/.test(l.msg ?? ''));
    expect(first.count('node_down')).toBe(0);
  });

  onMesh('says which variable to set when its port is taken', async () => {
    const first = start('w1');
    const [, port] = (await first.address()).split(':') as [string, string];
    const second = start('w2', { CLUSTER_PORT: port });
    await expect(second.exited).resolves.toBe(1);
    expect(second.dump()).toMatch(/CLUSTER_PORT/);
    expect(second.dump()).toMatch(/epmd/);
  });

  it('does not start with bad options, and lists all of them at once', async () => {
    const node = start('w1', { CLUSTER_PORT: '70000', CLUSTER_SECRET: '', CLUSTER_SEEDS: 'nonsense' });
    await expect(node.exited).resolves.toBe(1);
    for (const variable of ['CLUSTER_PORT', 'CLUSTER_SECRET', 'CLUSTER_SEEDS'])
      expect(node.output).toContain(variable);
  });

  const garbage: [string, Buffer | undefined][] = [
    ['GET / HTTP/1.1', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['random bytes', Buffer.from(Array.from({ length: 512 }, (_, i) => (i * 151 + 7) & 255))],
    ['a giant length', Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3])],
    ['silence', undefined],
  ];
  onMesh.each(garbage)(
    'closes a connection that sends %s, and nothing else happens',
    async (_what, bytes) => {
      nodes = await startCluster(['w1', 'w2']);
      const [first] = nodes as [WorkerNode];
      const [host, port] = (await first.address()).split(':') as [string, string];
      const socket = connect(Number(port), host);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      if (bytes) socket.write(bytes);
      socket.resume();
      await once(socket, 'close');
      await expect(finished(first, await upload(first, sampleText(100_000)))).resolves.toMatchObject({
        status: 'done',
      });
      expect(first.count('node_down')).toBe(0);
    },
  );
});
