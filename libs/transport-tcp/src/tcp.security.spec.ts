import { connect } from 'node:net';
import type { Logger } from '@noex/contracts';
import { ComplianceHost } from '@noex/testing';
import type { TcpTransportOptions } from './options.js';
import { tcp } from './tcp.transport.js';

let nodes: Node[] = [];

afterEach(async () => {
  await Promise.all(nodes.map(({ host }) => host.close()));
  expect(nodes.flatMap(({ host }) => host.violations)).toEqual([]);
  nodes = [];
});

interface Node {
  readonly host: ComplianceHost;
  readonly address: string;
  readonly lines: readonly string[];
  /** Resolves with the first warning that fits. */
  warned(pattern: RegExp): Promise<string>;
}

async function node(
  id: string,
  options: TcpTransportOptions = {},
  clusterName = 'shop',
  incarnation = 1,
): Promise<Node> {
  const warnings: string[] = [];
  const lines: string[] = [];
  const write = (line: string, fields: unknown) => void lines.push(`${line} ${JSON.stringify(fields)}`);
  const warn = (line: string, fields: unknown) => {
    write(line, fields);
    warnings.push(line);
    host.recheck();
  };
  const logger: Logger = { debug: write, info: write, warn, error: warn };
  const host: ComplianceHost = new ComplianceHost(tcp({ host: '127.0.0.1', port: 0, logger, ...options }), {
    id,
    clusterName,
    incarnation,
  });
  const find = (pattern: RegExp) => warnings.find((line) => pattern.test(line));
  const warned = async (pattern: RegExp) => {
    await host
      .until(`a warning fits ${pattern}`, () => find(pattern) !== undefined)
      .catch((error: Error) => {
        throw new Error(`${error.message}; lines: ${lines.join('\n')}`);
      });
    return find(pattern)!;
  };
  const started: Node = { host, lines, warned, address: await host.transport.start(host) };
  nodes.push(started);
  return started;
}

/** Both sides say why, and nobody is up. */
async function expectRefusal(
  listening: Node,
  dialing: Node,
  onListening: RegExp,
  onDialing: RegExp,
): Promise<void> {
  await Promise.all([listening.warned(onListening), dialing.warned(onDialing)]);
  expect([...listening.host.events, ...dialing.host.events]).toEqual([]);
}

it('joins nodes with the same secret', async () => {
  const a = await node('a', { secrets: ['one'] });
  const b = await node('b', { secrets: ['one'], seeds: [a.address] });
  await Promise.all([a.host.connected('b'), b.host.connected('a')]);
});

it('names a wrong secret on both sides', async () => {
  const a = await node('a', { secrets: ['right horse'] });
  const b = await node('b', { secrets: ['wrong horse'], seeds: [a.address] });
  await expectRefusal(
    a,
    b,
    /refused 127\.0\.0\.1: .*CLUSTER_SECRET/,
    new RegExp(`refused ${a.address}: .*CLUSTER_SECRET`),
  );
});

it('tells a node without a secret what it lacks, and the other one who asked', async () => {
  const a = await node('a', { secrets: ['one'] });
  const b = await node('b', { seeds: [a.address] });
  await expectRefusal(
    a,
    b,
    new RegExp(`refused 127.0.0.1: .*${b.address} connects without encryption.*CLUSTER_SECRET`),
    new RegExp(`refused by ${a.address}: .*requires a CLUSTER_SECRET`),
  );
});

it('tells a node with a secret that the other has none, and the other that it lacks one', async () => {
  const a = await node('a');
  const b = await node('b', { secrets: ['one'], seeds: [a.address] });
  await expectRefusal(
    a,
    b,
    /refused 127\.0\.0\.1: it speaks TLS.*CLUSTER_SECRET/,
    new RegExp(`refused ${a.address}: .*without encryption.*CLUSTER_SECRET`),
  );
});

it.each([[[]], [['one']]])('names another cluster on both sides, with secrets %j', async (secrets) => {
  const a = await node('a', { secrets }, 'shop');
  const b = await node('b', { secrets, seeds: [a.address] }, 'mall');
  await expectRefusal(
    a,
    b,
    /"mall".*"shop".*CLUSTER_NAME/,
    /"mall".*"shop".*CLUSTER_NAME|"shop".*"mall".*CLUSTER_NAME/,
  );
});

it.each([1, 2])(
  'names a taken name on both sides, also when both started in one millisecond: %d',
  async (incarnation) => {
    const a = await node('a');
    const b = await node('b', { seeds: [a.address] });
    await b.host.connected('a');
    const impostor = await node('b', { seeds: [a.address] }, 'shop', incarnation);
    await Promise.all([a.warned(/named "b".*NODE_NAME/), impostor.warned(/named "b".*NODE_NAME/)]);
    expect(impostor.host.events).toEqual([]);
    expect(a.host.events).toHaveLength(1);
  },
);

describe('rotation', () => {
  it.each([
    ['old', ['old'], ['old', 'new']],
    ['both, before and after the switch', ['old', 'new'], ['new', 'old']],
    ['new', ['new', 'old'], ['new']],
  ])('joins nodes that share one of two secrets: %s', async (_, ofA, ofB) => {
    const a = await node('a', { secrets: ofA });
    const b = await node('b', { secrets: ofB, seeds: [a.address] });
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
  });

  it('accepts every secret but dials with the first', async () => {
    const a = await node('a', { secrets: ['old'] });
    const b = await node('b', { secrets: ['new', 'old'], seeds: [a.address] });
    await b.warned(/CLUSTER_SECRET/);
    a.host.transport.learn([{ id: 'b', incarnation: 1, address: b.address }]);
    await Promise.all([a.host.connected('b'), b.host.connected('a')]);
  });
});

it('never logs a secret or a key', async () => {
  const secret = 'correct-horse-battery';
  const a = await node('a', { secrets: [secret] });
  const b = await node('b', { secrets: ['other-horse-battery'], seeds: [a.address] });
  const c = await node('c', { secrets: [secret], seeds: [a.address] });
  await Promise.all([a.warned(/CLUSTER_SECRET/), b.warned(/CLUSTER_SECRET/), c.host.connected('a')]);
  expect([a, b, c].flatMap(({ lines }) => lines).join('\n')).not.toContain('horse');
});

it('does not introduce itself to whoever connects without its secret', async () => {
  const a = await node('a', { secrets: ['one'] });
  const socket = connect(Number(a.address.split(':')[1]), '127.0.0.1');
  const chunks: Buffer[] = [];
  const ended = new Promise((resolve) =>
    socket.on('data', (chunk: Buffer) => chunks.push(chunk)).once('close', resolve),
  );
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await ended;
  expect(Buffer.concat(chunks)).toHaveLength(0);
});

it('warns when it listens openly', async () => {
  const a = await node('a', { host: '0.0.0.0', insecure: true });
  expect(a.lines.join('\n')).toMatch(/anyone who reaches port \d+ controls the cluster/);
});
