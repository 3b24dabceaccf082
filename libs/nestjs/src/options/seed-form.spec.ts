import { isSeed } from './seed-form.js';

describe('isSeed', () => {
  it.each([
    'seed@10.0.0.5:4369',
    'worker-0.a@worker-0.workers:1',
    '10.0.0.5:65535',
    'localhost:4370',
    '[::1]:4369',
    'n1@[fe80::1]:4369',
    'dns:workers-headless:4369',
    'srv:_cluster._tcp.workers.default.svc.cluster.local',
  ])('takes %s', (seed) => expect(isSeed(seed)).toBe(true));

  it.each([
    '',
    'host',
    'host:',
    'host:0',
    'host:65536',
    'host:80a',
    ':4369',
    '::1:4369',
    '@host:4369',
    'a b@host:4369',
    'a@b@host:4369',
    'host:1,host:2',
    'http://host:80',
    'dns:host',
    'dns:',
    'srv:host',
    'srv:_cluster._tcp.',
    4369,
    null,
  ])('refuses %p', (seed) => expect(isSeed(seed)).toBe(false));
});
