import {
  badFields,
  machine,
  refused,
  resolve,
  SECRET,
  violationsOf,
} from './resolve-options.spec-support.js';

describe('resolveNoexOptions', () => {
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
});
