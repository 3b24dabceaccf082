import { resolveOptions } from './options.js';

const STRONG = 'sixteen bytes ok';

function problems(options: Parameters<typeof resolveOptions>[0]): string {
  try {
    resolveOptions(options);
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_options' });
    return (error as Error).message;
  }
  return '';
}

it('listens on loopback without a secret, everywhere with one or when told to', () => {
  expect(resolveOptions({}).host).toBe('127.0.0.1');
  expect(resolveOptions({ secrets: [STRONG] }).host).toBe('0.0.0.0');
  expect(resolveOptions({ insecure: true }).host).toBe('0.0.0.0');
});

it.each(['0.0.0.0', '::', '[::]', '10.0.0.1', 'example.com'])(
  'refuses to listen on %s without a secret',
  (host) => {
    expect(problems({ host })).toMatch(/CLUSTER_SECRET.*127\.0\.0\.1.*insecure: true/);
    expect(problems({ host, insecure: true })).toBe('');
    expect(problems({ host, secrets: [STRONG] })).toBe('');
  },
);

it('takes IPv6 hosts with and without brackets', () => {
  expect(resolveOptions({ host: '[::1]' }).host).toBe('::1');
  expect(resolveOptions({ host: '::1' }).host).toBe('::1');
});

it.each([[['']], [['  ']], [['good', '']]])('refuses an empty secret: %j', (secrets) => {
  expect(problems({ secrets })).toMatch(/a secret is empty/);
});

it('refuses a secret below 16 bytes unless it listens on loopback', () => {
  const weak = 'fifteen bytes..';
  for (const host of ['0.0.0.0', undefined, '10.0.0.1']) {
    const message = problems({ host, secrets: [STRONG, weak] });
    expect(message).toMatch(/shorter than 16 bytes.*openssl rand/);
    expect(message).not.toContain(weak);
    expect(problems({ host, secrets: [STRONG], insecure: true })).toBe('');
    expect(problems({ host, secrets: [weak], insecure: true })).toMatch(/shorter than 16 bytes/);
  }
  expect(problems({ host: '127.0.0.1', secrets: [weak] })).toBe('');
});

it('lists everything that is wrong, and no secret', () => {
  const message = problems({
    port: 70_000,
    seeds: ['nowhere', 'a:1', 'dns:b'],
    secrets: ['hunter2', ''],
    maxFrameBytes: 0,
    maxQueuedBytes: -1,
    handshakeTimeoutMs: Number.NaN,
    maxPendingPerAddress: 0,
    reconnectMinMs: 10,
    reconnectMaxMs: 5,
    advertisedHost: 'a b',
  });
  for (const word of [
    'port 70000',
    '"nowhere"',
    '"dns:b"',
    'secret is empty',
    'maxFrameBytes',
    'maxQueuedBytes',
    'handshakeTimeoutMs',
    'maxPendingPerAddress',
    'reconnectMaxMs',
    'advertisedHost',
  ]) {
    expect(message).toContain(word);
  }
  expect(message).not.toContain('hunter2');
});
