import { isLoopback, readSeed, splitSeeds } from './seed.js';

describe('a seed', () => {
  it.each([
    ['shop:4369', { kind: 'address', host: 'shop' }],
    ['shop-0@shop-0.peers:4369', { kind: 'address', host: 'shop-0.peers', name: 'shop-0' }],
    ['[fe80::1]:4369', { kind: 'address', host: 'fe80::1' }],
    ['dns:peers.ns.svc:4369', { kind: 'dns', host: 'peers.ns.svc' }],
    ['srv:_cluster._tcp.peers', { kind: 'srv', host: 'peers' }],
    ['shop', undefined],
    ['@shop:4369', undefined],
    ['shop:0', undefined],
    ['dns:peers', undefined],
    ['srv:peers', undefined],
    ['256.1.1.1:4369', undefined],
  ])('%s is %j', (text, seed) => expect(readSeed(text)).toEqual(seed));

  it('is one of a list', () => {
    expect(splitSeeds(' a:1, b:2,,')).toEqual(['a:1', 'b:2']);
  });

  it('may be loopback', () => {
    expect(['localhost', '127.0.0.9', '::1', '10.0.0.1', '127.example'].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
