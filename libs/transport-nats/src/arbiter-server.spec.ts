import { PermissionViolationError } from '@nats-io/transport-node';
import { arbiterSubjects, bucketFailure, unfitBucket, unfitForArbiter } from './arbiter-server.js';

describe('a server', () => {
  it.each([
    ['2.9.0', 1, undefined],
    ['2.9.10', 1, undefined],
    ['2.10.0-beta', 1, undefined],
    ['3.0.0', 1, undefined],
    ['2.12.1', 3, 'east'],
    ['2.9.10', 1, 'east'],
  ])('of version %s is fit for %i replicas in the cluster %s', (version, replicas, cluster) => {
    expect(unfitForArbiter({ version, ...(cluster ? { cluster } : {}) }, replicas)).toBeUndefined();
  });

  it.each([
    ['2.8.4', 1, undefined, /is of version 2\.8\.4; the arbiter needs 2\.9 or newer/],
    ['1.99.0', 1, undefined, /is of version 1\.99\.0/],
    ['', 1, undefined, /needs 2\.9/],
    ['next', 1, undefined, /is of version next/],
    ['2.8.4', 3, 'east', /needs 2\.9/],
    ['2.9.10', 3, undefined, /3 replicas, and the NATS server is none of a cluster; set replicas to 1/],
  ])('of version "%s" is unfit for %i replicas in the cluster %s', (version, replicas, cluster, says) => {
    expect(unfitForArbiter({ version, ...(cluster ? { cluster } : {}) }, replicas)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(says),
    });
  });
});

describe('a bucket', () => {
  const wanted = { bucket: 'shop_names', leaseMs: 15_000, replicas: 3 };
  const fit = { ttl: 15_000, history: 1, replicas: 3, storage: 'file' };

  it('as this node would make it is fit', () => {
    expect(unfitBucket(fit, wanted)).toBeUndefined();
  });

  it.each([
    [{ ttl: 0 }, 'its TTL is 0 ms and leaseMs is 15000'],
    [{ history: 2 }, 'its history is 2 and must be 1'],
    [{ replicas: 1 }, 'it has 1 replicas and replicas is 3'],
    [{ storage: 'memory' }, 'its storage is memory and must be file'],
  ])('with %j is not, and the error says how to mend it', (other, says) => {
    const { code, message } = unfitBucket({ ...fit, ...other }, wanted)!;
    expect(code).toBe('cluster_start');
    expect(message).toContain(`${says}. Set the options`);
    expect(message).toContain(
      'nats stream edit KV_shop_names --max-age=15000ms --max-msgs-per-subject=1 --replicas=3',
    );
  });

  it('with several differences is one error with all of them', () => {
    const { message } = unfitBucket({ ttl: 1, history: 2, replicas: 2, storage: 'memory' }, wanted)!;
    expect(message.match(/its TTL|its history|it has 2|its storage is/g)).toHaveLength(4);
  });
});

describe('a bucket that cannot be used', () => {
  const settings = { bucket: 'shop_names', replicas: 1 };
  const named = (name: string) => Object.assign(new Error('no'), { name });

  it.each([
    [named('JetStreamNotEnabled'), 1, /: no; start the server, and enable the account, with JetStream$/],
    [named('JetStreamApiError'), 1, /look whether JetStream of the server works and has room$/],
    [named('JetStreamApiError'), 3, /look whether 3 servers of its cluster run with JetStream$/],
  ])('because of %s is an error that says what to look at', (cause, replicas, says) => {
    expect(bucketFailure({ ...settings, replicas }, cause)).toMatchObject({
      code: 'cluster_start',
      message: expect.stringMatching(says),
      cause,
    });
  });

  it('because the user may not, says all that the user needs', () => {
    const denied = new PermissionViolationError('no', 'publish', '$JS.API.INFO');
    for (const cause of [denied, new Error('no', { cause: denied })]) {
      const { message } = bucketFailure(settings, cause);
      for (const subject of arbiterSubjects('shop_names')) expect(message).toContain(`"${subject}"`);
    }
  });
});
