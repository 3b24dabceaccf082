import { inspect } from 'node:util';
import { resolveNoexOptions } from './resolve-options.js';
import { OLDER, refused, resolve, SECRET, violationsOf } from './resolve-options.spec-support.js';

const HEALTH = {
  livePath: 'livez',
  readyPath: 'readyz',
  startupPath: 'startupz',
  aliases: true,
  maxLoopLagMs: 1000,
  maxQueuedMessages: 1_000_000,
};

describe('resolveNoexOptions', () => {
  it('has a default for everything', () => {
    const { secrets, nats, ...rest } = resolve();
    expect(rest).toEqual({
      nodeName: 'web-7',
      port: 4369,
      host: '127.0.0.1',
      advertisedHost: '127.0.0.1',
      seeds: [],
      clusterName: 'noex',
      insecure: false,
      transport: 'tcp',
      health: HEALTH,
      metrics: { path: 'metrics' },
      canary: { intervalMs: 10_000, timeoutMs: 2000, failures: 3 },
      management: false,
      shutdown: { drainMs: 20_000 },
      heartbeat: { intervalMs: 1000, timeoutMs: 4000 },
      mailboxLimit: 100_000,
      callTimeoutMs: 5000,
      maxMessageBytes: 16_777_216,
      maxQueuedBytes: 33_554_432,
      strictMessages: false,
      tracing: true,
      propagators: [],
      quorum: false,
      supervise: { root: { children: [] }, references: [] },
    });
    expect(secrets.isEmpty).toBe(true);
    expect(nats.reveal()).toEqual({ servers: ['nats://127.0.0.1:4222'] });
  });

  it('works on this very machine', () => {
    expect(resolveNoexOptions({ nodeName: 'n1' }, {}).host).toBe('127.0.0.1');
    expect(resolveNoexOptions({ nodeName: 'n1', clusterSecret: SECRET }, {}).advertisedHost).not.toBe(
      '0.0.0.0',
    );
    expect(resolveNoexOptions(undefined, { NODE_NAME: 'n1' }).nodeName).toBe('n1');
  });

  it('reads every variable', () => {
    const options = resolve(
      {},
      {
        NODE_NAME: 'n1',
        CLUSTER_PORT: ' 0 ',
        CLUSTER_HOST: '10.0.0.9',
        CLUSTER_ADVERTISED_HOST: 'n1.workers',
        CLUSTER_SEEDS: 'seed@10.0.0.5:4369, dns:workers:4369,',
        CLUSTER_SECRET: `${SECRET}, ${OLDER}`,
        CLUSTER_NAME: 'orders',
        CLUSTER_TRANSPORT: 'tcp',
        CLUSTER_DRAIN_MS: '1500',
        CLUSTER_HEARTBEAT_INTERVAL_MS: '200',
        CLUSTER_HEARTBEAT_TIMEOUT_MS: '900',
        CLUSTER_INSECURE: 'TRUE',
      },
    );
    expect(options).toMatchObject({
      nodeName: 'n1',
      port: 0,
      host: '10.0.0.9',
      advertisedHost: 'n1.workers',
      seeds: ['seed@10.0.0.5:4369', 'dns:workers:4369'],
      clusterName: 'orders',
      transport: 'tcp',
      shutdown: { drainMs: 1500 },
      heartbeat: { intervalMs: 200, timeoutMs: 900 },
      insecure: true,
    });
    expect(options.secrets.reveal()).toEqual([SECRET, OLDER]);
  });

  it('takes no seeds from an empty variable', () => {
    expect(resolve({}, { CLUSTER_SEEDS: '' }).seeds).toEqual([]);
  });

  it('lets code win, even where the overruled variable is wrong; undefined is not given', () => {
    const options = resolve(
      { port: 4400, nodeName: undefined, clusterSecret: SECRET, shutdown: { drainMs: undefined } },
      {
        CLUSTER_PORT: '80a',
        NODE_NAME: 'n1',
        CLUSTER_SECRET: '',
        CLUSTER_SECRET_FILE: '/nowhere',
        CLUSTER_DRAIN_MS: '7',
      },
    );
    expect(options).toMatchObject({ port: 4400, nodeName: 'n1', shutdown: { drainMs: 7 } });
    expect(options.secrets.reveal()).toEqual([SECRET]);
  });

  it('keeps defaults beside the part of a group that is given', () => {
    const options = resolve({
      health: { livePath: '/ops/live' },
      metrics: {},
      heartbeat: { timeoutMs: 9000 },
    });
    expect(options.health).toEqual({ ...HEALTH, livePath: 'ops/live' });
    expect(options.metrics).toEqual({ path: 'metrics' });
    expect(options.heartbeat).toEqual({ intervalMs: 1000, timeoutMs: 9000 });
  });

  it('turns health and metrics off', () => {
    expect(resolve({ health: false, metrics: false })).toMatchObject({ health: false, metrics: false });
  });

  it('takes a transport factory', () => {
    const transport = () => ({}) as never;
    expect(resolve({ transport }).transport).toBe(transport);
  });

  it('is frozen throughout', () => {
    const options = resolve({ clusterSecret: SECRET });
    for (const part of [
      options,
      options.seeds,
      options.secrets,
      options.health,
      options.metrics,
      options.shutdown,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(options.heartbeat)).toBe(true);
    expect(Object.isFrozen(options.secrets.reveal())).toBe(true);
  });

  it('does not share what the caller may change', () => {
    const seeds = ['a:1'];
    const options = resolve({ seeds });
    seeds.push('b:2');
    expect(options.seeds).toEqual(['a:1']);
  });

  it('shows no secret when it is logged', () => {
    const options = resolve({ clusterSecret: [SECRET, OLDER] });
    for (const text of [
      JSON.stringify(options),
      inspect(options, { showHidden: true, depth: null }),
      `${options.secrets}`,
    ]) {
      expect(text).not.toMatch(/horse/);
    }
    expect(JSON.parse(JSON.stringify(options)).secrets).toBe('***');
  });

  it('lists every bad field of both sources in one error', () => {
    const error = refused(
      {
        port: 70_000,
        seeds: ['seed@10.0.0.5:4369', 'nowhere'],
        clusterSecret: 'hunter2',
        heartbeat: { intervalMs: 1000, timeoutMs: 1500 },
        mailboxLimit: 0,
        prot: 1,
      },
      { NODE_NAME: 'my node', CLUSTER_DRAIN_MS: '20s', CLUSTER_INSECURE: 'perhaps', CLUSTER_PORT: '80a' },
    );
    expect(error.message.split('\n')).toEqual([
      'noex cannot start, 9 options are wrong:',
      '  - prot: got *** in code (variable CLUSTER_PORT); expected no option of this name; did you mean port?',
      '  - nodeName: got "my node" from NODE_NAME; expected a node name: 1 to 253 letters, digits, . _ or -, beginning with a letter or digit, and not a placement word (local, random, …)',
      '  - port: got 70000 in code (variable CLUSTER_PORT); expected a whole number from 0 to 65535 (0 = any free port)',
      `  - seeds: got [ 'seed@10.0.0.5:4369', 'nowhere' ] in code (variable CLUSTER_SEEDS); expected a list of name@host:port, host:port, dns:host:port or srv:_service._tcp.host, unlike "nowhere"`,
      '  - clusterSecret: got *** in code (variable CLUSTER_SECRET); expected secrets of at least 16 bytes each, since the node listens beyond loopback (openssl rand -base64 32 makes one)',
      '  - insecure: got "perhaps" from CLUSTER_INSECURE; expected true or false',
      '  - shutdown.drainMs: got "20s" from CLUSTER_DRAIN_MS; expected a whole number of milliseconds from 0 to 2147483647',
      '  - heartbeat.timeoutMs: got 1500 in code (variable CLUSTER_HEARTBEAT_TIMEOUT_MS); expected more than twice heartbeat.intervalMs (1000)',
      '  - mailboxLimit: got 0 in code (no variable sets it); expected a whole number of at least 1',
    ]);
    expect(violationsOf(error)[2]).toEqual({
      field: 'port',
      value: '70000',
      expected: 'a whole number from 0 to 65535 (0 = any free port)',
      source: 'code',
      variable: 'CLUSTER_PORT',
    });
    expect(JSON.parse(JSON.stringify(error)).data.violations).toHaveLength(9);
    expect(inspect(error)).not.toContain('hunter2');
  });
});
