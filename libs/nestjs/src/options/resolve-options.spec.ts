import { InvalidOptionsError } from '@noex/contracts';
import { inspect } from 'node:util';
import type { Machine } from './machine.js';
import type { NoexModuleOptions } from './noex-options.js';
import type { OptionViolation } from './option-violation.js';
import { resolveNoexOptions } from './resolve-options.js';

const SECRET = 'correct-horse-battery';
const OLDER = 'older-horse-battery-staple';

function machine(overrides: Partial<Machine> = {}): Machine {
  return {
    hostName: () => 'web-7',
    addresses: () => ['10.1.2.3', 'fd00::7'],
    readFile: (path) => {
      throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
    },
    ...overrides,
  };
}

const resolve = (code: unknown = {}, env: NodeJS.ProcessEnv = {}, on: Machine = machine()) =>
  resolveNoexOptions(code as NoexModuleOptions, env, on);

function refused(code: unknown, env: NodeJS.ProcessEnv = {}, on?: Machine): InvalidOptionsError {
  try {
    resolve(code, env, on);
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error;
    throw error;
  }
  throw new Error('the options were accepted');
}

const violationsOf = (error: InvalidOptionsError) => error.data['violations'] as OptionViolation[];
const badFields = (code: unknown, env: NodeJS.ProcessEnv = {}, on?: Machine) =>
  violationsOf(refused(code, env, on)).map(({ field }) => field);

describe('resolveNoexOptions', () => {
  it('has a default for everything', () => {
    const { secrets, ...rest } = resolve();
    expect(rest).toEqual({
      nodeName: 'web-7',
      port: 4369,
      host: '127.0.0.1',
      advertisedHost: '127.0.0.1',
      seeds: [],
      clusterName: 'noex',
      insecure: false,
      transport: 'tcp',
      health: { livePath: 'health', readyPath: 'ready' },
      metrics: { path: 'metrics' },
      shutdown: { drainMs: 20_000 },
      heartbeat: { intervalMs: 1000, timeoutMs: 4000 },
      mailboxLimit: 100_000,
      callTimeoutMs: 5000,
      maxMessageBytes: 16_777_216,
      strictMessages: false,
      supervise: { root: { children: [] }, references: [] },
    });
    expect(secrets.isEmpty).toBe(true);
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
    expect(options.health).toEqual({ livePath: 'ops/live', readyPath: 'ready' });
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

  describe('where it listens and what peers dial', () => {
    it.each([
      ['no secret', {}, '127.0.0.1', '127.0.0.1'],
      ['a secret', { clusterSecret: SECRET }, '0.0.0.0', '10.1.2.3'],
      ['insecure', { insecure: true }, '0.0.0.0', '10.1.2.3'],
      ['a concrete host', { clusterSecret: SECRET, host: '192.168.0.4' }, '192.168.0.4', '192.168.0.4'],
      ['every IPv6 address', { clusterSecret: SECRET, host: '::' }, '::', '10.1.2.3'],
      ['an advertised host', { advertisedHost: 'w.example' }, '127.0.0.1', 'w.example'],
    ])('%s', (_case, code, host, advertisedHost) => {
      expect(resolve(code)).toMatchObject({ host, advertisedHost });
    });

    it('prefers POD_IP to the network cards', () => {
      expect(resolve({ clusterSecret: SECRET }, { POD_IP: '10.42.0.8' }).advertisedHost).toBe('10.42.0.8');
      expect(resolve({}, { POD_IP: '10.42.0.8' }).advertisedHost).toBe('127.0.0.1');
      expect(resolve({ clusterSecret: SECRET }, { POD_IP: '' }).advertisedHost).toBe('10.1.2.3');
    });

    it('advertises loopback only where there is no network', () => {
      const offline = machine({ addresses: () => [] });
      expect(resolve({ clusterSecret: SECRET }, {}, offline).advertisedHost).toBe('127.0.0.1');
    });

    it('refuses to advertise what nobody can dial, and says where it came from', () => {
      expect(badFields({ advertisedHost: '0.0.0.0' })).toEqual(['advertisedHost']);
      expect(refused({ clusterSecret: SECRET }, { POD_IP: 'not an ip' }).message).toContain(
        'advertisedHost: got "not an ip" from POD_IP',
      );
    });

    it('refuses to listen beyond loopback without a secret unless told so outright', () => {
      const error = refused({ host: '0.0.0.0' });
      expect(violationsOf(error)).toHaveLength(1);
      expect(error.message).toMatch(
        /host: got "0\.0\.0\.0" in code .* set CLUSTER_SECRET or .*CLUSTER_INSECURE=true/,
      );
      expect(badFields({}, { CLUSTER_HOST: '10.0.0.1', CLUSTER_INSECURE: 'false' })).toEqual(['host']);
      expect(resolve({ host: '0.0.0.0', insecure: true }).host).toBe('0.0.0.0');
      expect(resolve({ host: 'localhost' }).host).toBe('localhost');
    });
  });

  describe('secrets', () => {
    it.each([
      ['one line', `${SECRET}\n`, [SECRET]],
      ['two lines, CRLF and a blank one', `${SECRET}\r\n\r\n ${OLDER} \r\n`, [SECRET, OLDER]],
      ['commas', `${SECRET},${OLDER}`, [SECRET, OLDER]],
    ])('come from a file: %s', (_case, content, expected) => {
      const readFile = jest.fn(() => content);
      const options = resolve({}, { CLUSTER_SECRET_FILE: '/run/secret' }, machine({ readFile }));
      expect(options.secrets.reveal()).toEqual(expected);
      expect(options.host).toBe('0.0.0.0');
      expect(readFile).toHaveBeenCalledWith('/run/secret');
    });

    it.each([
      ['an empty variable', {}, { CLUSTER_SECRET: '' }],
      ['a blank variable', {}, { CLUSTER_SECRET: '  ' }],
      ['a stray comma', {}, { CLUSTER_SECRET: `${SECRET},` }],
      ['an empty string in code', { clusterSecret: '' }, {}],
      ['an empty list in code', { clusterSecret: [] }, {}],
      ['a list with an empty one', { clusterSecret: [SECRET, ''] }, {}],
      ['a number', { clusterSecret: 12345678901234567890 }, {}],
      ['null', { clusterSecret: null }, {}],
      ['a comma inside one', { clusterSecret: [`${SECRET},${OLDER}`] }, {}],
      ['a short one beyond loopback', { clusterSecret: 'short' }, {}],
      ['a short second one', { clusterSecret: [SECRET, 'short'] }, {}],
    ])('refuses %s, and nothing else', (_case, code, env) => {
      const error = refused(code, env);
      expect(violationsOf(error)).toMatchObject([{ field: 'clusterSecret', value: '***' }]);
      expect(error.message).not.toMatch(/horse|short,|"short"|1234/);
    });

    it('counts bytes, and lets a short one pass on loopback', () => {
      expect(resolve({ clusterSecret: 'ä'.repeat(8) }).secrets.reveal()).toHaveLength(1);
      expect(resolve({ clusterSecret: 'dev', host: '127.0.0.1' }).secrets.reveal()).toEqual(['dev']);
    });

    it('refuses the variable and the file together', () => {
      const error = refused({}, { CLUSTER_SECRET: SECRET, CLUSTER_SECRET_FILE: '/run/secret' });
      expect(violationsOf(error)).toEqual([
        {
          field: 'clusterSecret',
          value: '***',
          expected: 'CLUSTER_SECRET or CLUSTER_SECRET_FILE to be set, not both',
          source: 'environment',
          variable: 'CLUSTER_SECRET_FILE',
        },
      ]);
    });

    it('refuses a file that is missing or empty, and does not print what may be the secret itself', () => {
      const missing = refused({}, { CLUSTER_SECRET_FILE: SECRET });
      expect(missing.message).toContain(
        'clusterSecret: got *** from CLUSTER_SECRET_FILE; expected the path of a readable file (ENOENT)',
      );
      expect(inspect(missing)).not.toContain('horse');
      const empty = refused({}, { CLUSTER_SECRET_FILE: '/run/secret' }, machine({ readFile: () => ' \n' }));
      expect(empty.message).toContain('a file that holds a secret; it is empty');
    });
  });

  describe('bad values', () => {
    it.each([
      [{ nodeName: 'a b' }, 'nodeName'],
      [{ nodeName: 'random' }, 'nodeName'],
      [{ nodeName: '' }, 'nodeName'],
      [{ nodeName: null }, 'nodeName'],
      [{ port: -1 }, 'port'],
      [{ port: 65_536 }, 'port'],
      [{ port: 1.5 }, 'port'],
      [{ port: NaN }, 'port'],
      [{ port: '4369' }, 'port'],
      [{ host: 'http://x' }, 'host'],
      [{ seeds: 'a:1' }, 'seeds'],
      [{ seeds: ['a:1', 'b'] }, 'seeds'],
      [{ clusterName: 'a/b' }, 'clusterName'],
      [{ insecure: 'yes' }, 'insecure'],
      [{ transport: 'nats' }, 'transport'],
      [{ transport: {} }, 'transport'],
      [{ health: true }, 'health'],
      [{ health: { livePath: 'a b' } }, 'health.livePath'],
      [{ health: { livePath: '' } }, 'health.livePath'],
      [{ health: { livePath: 'x/:id' } }, 'health.livePath'],
      [{ health: { readyPath: '/health' } }, 'health.readyPath'],
      [{ metrics: 'metrics' }, 'metrics'],
      [{ metrics: { path: 'ready' } }, 'metrics.path'],
      [{ shutdown: 5 }, 'shutdown'],
      [{ shutdown: null }, 'shutdown'],
      [{ shutdown: { drainMs: -1 } }, 'shutdown.drainMs'],
      [{ shutdown: { drainMs: Infinity } }, 'shutdown.drainMs'],
      [{ shutdown: { drainMs: 2 ** 31 } }, 'shutdown.drainMs'],
      [{ heartbeat: { intervalMs: 5 } }, 'heartbeat.intervalMs'],
      [{ heartbeat: { timeoutMs: 2000 } }, 'heartbeat.timeoutMs'],
      [{ heartbeat: { intervalMs: 2000 } }, 'heartbeat.timeoutMs'],
      [{ mailboxLimit: 0 }, 'mailboxLimit'],
      [{ callTimeoutMs: 0 }, 'callTimeoutMs'],
      [{ maxMessageBytes: 1023 }, 'maxMessageBytes'],
      [{ maxMessageBytes: 2 ** 30 + 1 }, 'maxMessageBytes'],
      [{ strictMessages: 1 }, 'strictMessages'],
    ])('refuses %p for %s alone', (code, field) => {
      expect(badFields(code)).toEqual([field]);
    });

    it.each(['80a', '', ' ', '1e3', '0x10', '4369.5', '-1', 'tcp://10.0.0.1:4369'])(
      'refuses CLUSTER_PORT=%p as it was written',
      (text) => {
        const [violation, ...others] = violationsOf(refused({}, { CLUSTER_PORT: text }));
        expect(others).toEqual([]);
        expect(violation).toMatchObject({ field: 'port', source: 'environment', variable: 'CLUSTER_PORT' });
        expect(violation!.value).toContain(text);
      },
    );

    it.each([
      [{ NODE_NAME: '' }, 'nodeName'],
      [{ CLUSTER_NAME: ' ' }, 'clusterName'],
      [{ CLUSTER_INSECURE: '' }, 'insecure'],
      [{ CLUSTER_INSECURE: 'maybe' }, 'insecure'],
      [{ CLUSTER_DRAIN_MS: '20s' }, 'shutdown.drainMs'],
      [{ CLUSTER_HEARTBEAT_INTERVAL_MS: '' }, 'heartbeat.intervalMs'],
      [{ CLUSTER_HEARTBEAT_TIMEOUT_MS: '1s' }, 'heartbeat.timeoutMs'],
      [{ CLUSTER_TRANSPORT: 'udp' }, 'transport'],
    ])('refuses %p', (env, field) => {
      expect(badFields({}, env)).toEqual([field]);
    });

    it('says that NATS is not there yet', () => {
      expect(refused({}, { CLUSTER_TRANSPORT: 'nats' }).message).toContain(
        'transport: got "nats" from CLUSTER_TRANSPORT; expected tcp: nats is not available in this version',
      );
    });

    it('names a host name that cannot be a node name, and the variable to set', () => {
      expect(refused({}, {}, machine({ hostName: () => 'my laptop' })).message).toContain(
        'nodeName: got "my laptop" by default (variable NODE_NAME)',
      );
    });

    it('refuses unknown keys, suggests the known one and hides their values', () => {
      const error = refused({ clusterSecert: SECRET, shutdown: { drainMS: 5, foo: 1 }, logLevel: 'debug' });
      expect(error.message).toBe(
        [
          'noex cannot start, 4 options are wrong:',
          '  - clusterSecert: got *** in code (variable CLUSTER_SECRET); expected no option of this name; did you mean clusterSecret?',
          '  - shutdown.drainMS: got *** in code (variable CLUSTER_DRAIN_MS); expected no option of this name; did you mean shutdown.drainMs?',
          '  - shutdown.foo: got *** in code (no variable sets it); expected no option of this name',
          '  - logLevel: got *** in code (no variable sets it); expected no option of this name',
        ].join('\n'),
      );
    });

    it.each([['text'], [7], [null], [[]]])('refuses %p in place of options', (code) => {
      expect(badFields(code)).toEqual(['options']);
    });

    it('is not fooled by keys of Object.prototype', () => {
      expect(badFields(JSON.parse('{"__proto__": {"port": 1}, "constructor": 1}'))).toEqual([
        '__proto__',
        'constructor',
      ]);
    });

    it('keeps a long value and a value with line breaks on one short line', () => {
      const error = refused({
        nodeName: `a\n${'x'.repeat(5000)}`,
        port: { a: { b: { c: 'x'.repeat(5000) } } },
      });
      const lines = error.message.split('\n');
      expect(lines).toHaveLength(3);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(500);
    });
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
