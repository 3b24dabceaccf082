import { badFields, machine, refused, SECRET, violationsOf } from './resolve-options.spec-support.js';

describe('resolveNoexOptions', () => {
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
      [{ transport: 'amqp' }, 'transport'],
      [{ transport: {} }, 'transport'],
      [{ health: true }, 'health'],
      [{ health: { livePath: 'a b' } }, 'health.livePath'],
      [{ health: { livePath: '' } }, 'health.livePath'],
      [{ health: { livePath: 'x/:id' } }, 'health.livePath'],
      [{ health: { readyPath: '/livez' } }, 'health.readyPath'],
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
});
