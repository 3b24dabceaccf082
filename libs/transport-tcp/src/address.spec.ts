import { bareHost, formatHostPort, isLoopback, isWildcard, parseHostPort } from './address.js';

describe('parseHostPort', () => {
  it.each([
    ['10.0.0.1:4369', '10.0.0.1', 4369],
    ['noex-0.noex.svc:1', 'noex-0.noex.svc', 1],
    ['[::1]:65535', '::1', 65535],
  ])('reads %s', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
    expect(formatHostPort(host, port)).toBe(text);
  });

  it.each([
    '',
    'host',
    'host:',
    ':1',
    'host:0',
    'host:65536',
    'host:1x',
    '::1:4369',
    '[host]:1',
    'a b:1',
    'a@b:1',
    'a/b:1',
    'a:1:2',
  ])('refuses "%s"', (text) => expect(parseHostPort(text)).toBeUndefined());
});

it('tells loopback from the rest', () => {
  expect(['localhost', '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'].filter(isLoopback)).toHaveLength(
    5,
  );
  // A name that begins like an address resolves to whatever its owner says.
  expect(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', ''].filter(isLoopback)).toEqual([]);
});

it('tells wildcards from the rest', () => {
  expect(['0.0.0.0', '::', '127.0.0.1', 'host'].filter(isWildcard)).toEqual(['0.0.0.0', '::']);
});

it('drops brackets', () => {
  expect(['[::1]', '::1', 'host'].map(bareHost)).toEqual(['::1', '::1', 'host']);
});
