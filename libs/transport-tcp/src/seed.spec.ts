import { formatSeed, parseSeed } from './seed.js';

describe('parseSeed', () => {
  it.each([
    ['10.0.0.1:4369', { kind: 'address', host: '10.0.0.1', port: 4369 }],
    [' noex-0.noex:4369 ', { kind: 'address', host: 'noex-0.noex', port: 4369 }],
    ['worker@10.0.0.1:4369', { kind: 'address', host: '10.0.0.1', port: 4369, name: 'worker' }],
    ['a@b@10.0.0.1:4369', { kind: 'address', host: '10.0.0.1', port: 4369, name: 'a@b' }],
    ['[::1]:4369', { kind: 'address', host: '::1', port: 4369 }],
    ['w@[fd00::1]:4369', { kind: 'address', host: 'fd00::1', port: 4369, name: 'w' }],
    ['dns:noex.default.svc:4369', { kind: 'dns', host: 'noex.default.svc', port: 4369 }],
    ['srv:_cluster._tcp.noex.svc', { kind: 'srv', name: '_cluster._tcp.noex.svc' }],
    ['dns:4369', { kind: 'address', host: 'dns', port: 4369 }],
    ['srv:4369', { kind: 'address', host: 'srv', port: 4369 }],
  ])('reads "%s"', (text, seed) => expect(parseSeed(text)).toEqual(seed));

  it.each([
    '',
    'host',
    '@host:1',
    'host:99999',
    'dns:',
    'dns:host',
    'srv:',
    'srv:a b',
    'srv:host:1:2',
    'http://host:80',
    '::1:4369',
  ])('refuses "%s" and names the accepted forms', (text) => {
    expect(() => parseSeed(text)).toThrow(expect.objectContaining({ code: 'invalid_options' }));
    expect(() => parseSeed(text)).toThrow(/"host:port".*"dns:host:port".*"srv:/);
  });
});

it.each(['w1@10.0.0.1:4369', 'noex-0:1', '[::1]:1', 'dns:[::1]:4369', 'dns:noex:4369', 'srv:_c._tcp.noex'])(
  'writes "%s" as it was read',
  (text) => expect(formatSeed(parseSeed(text))).toBe(text),
);
