import { isHost, isLoopback, isWildcard } from './host-form.js';

describe('hosts', () => {
  it.each([
    '0.0.0.0',
    '10.0.0.5',
    '::',
    '::1',
    'fe80::1',
    'localhost',
    'worker-0.workers',
    'my_service',
    'a.b.c.',
  ])('takes %s', (host) => expect(isHost(host)).toBe(true));

  it.each([
    '',
    ' ',
    'a b',
    'host:4369',
    '[::1]',
    '256.1.1.1',
    '10.1',
    'http://x',
    '-a',
    'a..b',
    'x'.repeat(254),
    7,
    null,
  ])('refuses %p', (host) => expect(isHost(host)).toBe(false));

  it('knows loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '10.0.0.1', '127.example.org', '::'].some(isLoopback)).toBe(false);
  });

  it('knows wildcards', () => {
    expect(['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].every(isWildcard)).toBe(true);
    expect(['::1', '10.0.0.0', 'localhost'].some(isWildcard)).toBe(false);
  });
});
