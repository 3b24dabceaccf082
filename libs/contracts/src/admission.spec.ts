import { arbiterFeature, refusePeer, type NameHistory } from './admission.js';
import type { NodeIdentity, PeerIdentity } from './node-identity.js';

const self: NodeIdentity = {
  id: 'n1',
  incarnation: 100,
  clusterName: 'orders',
  protocol: { major: 1, minor: 3 },
};
type Presented = NodeIdentity & { address: string };
const peer = (changes: Partial<Presented> = {}): Presented => ({
  ...self,
  id: 'n2',
  incarnation: 50,
  address: '10.0.0.2:1',
  ...changes,
});
const connected: PeerIdentity = { id: 'n2', incarnation: 50, address: '10.0.0.2:1' };
const refuse = (presented: Presented, current?: PeerIdentity, history?: NameHistory) =>
  refusePeer(self, '10.0.0.1:1', presented, current, history);

it('takes an unknown peer of the same cluster', () => {
  expect(refuse(peer())).toBeUndefined();
});

it('takes a peer of another minor version', () => {
  expect(refuse(peer({ protocol: { major: 1, minor: 9 } }))).toBeUndefined();
});

it('takes a further connection of the life that is connected', () => {
  expect(refuse(peer(), connected)).toBeUndefined();
});

it('takes a newer life at the same address', () => {
  expect(refuse(peer({ incarnation: 51 }), connected)).toBeUndefined();
});

it.each<[string, Partial<Presented>, PeerIdentity | undefined, RegExp]>([
  ['cluster_name', { clusterName: 'carts' }, undefined, /"n2".*"carts".*"n1".*"orders".*CLUSTER_NAME/],
  ['protocol_version', { protocol: { major: 2, minor: 0 } }, undefined, /protocol 2\.0.*1\.3.*same major/],
  ['self', { id: 'n1', incarnation: 100 }, undefined, /"n1" reached itself/],
  ['name_taken', { id: 'n1', incarnation: 101 }, undefined, /10\.0\.0\.1:1.*10\.0\.0\.2:1.*NODE_NAME/],
  ['name_taken', { incarnation: 51, address: '10.0.0.9:1' }, connected, /10\.0\.0\.2:1.*10\.0\.0\.9:1/],
  ['name_taken', { address: '10.0.0.9:1' }, connected, /two live nodes are named "n2"/],
  ['stale_incarnation', { incarnation: 49 }, connected, /incarnation 49.*newer.*50/],
])('refuses with %s and says what to do: %j', (code, changes, current, message) => {
  expect(refuse(peer(changes), current)).toEqual({ code, message: expect.stringMatching(message) });
});

it.each([
  [undefined, undefined, true],
  ['NATS, lease 15000 ms', 'NATS, lease 15000 ms', true],
  ['NATS, lease 15000 ms', undefined, false],
  [undefined, 'NATS, lease 15000 ms', false],
  ['NATS, lease 15000 ms', 'NATS, lease 5000 ms', false],
])('takes a peer of the same arbiter of names alone: %p and %p', (ours, theirs, taken) => {
  const features = (id: string | undefined) => (id === undefined ? ['zip'] : ['zip', arbiterFeature(id)]);
  const refusal = refusePeer(
    { ...self, features: features(ours) },
    '10.0.0.1:1',
    peer({ features: features(theirs) }),
    undefined,
  );
  expect(refusal?.code).toBe(taken ? undefined : 'arbiter');
  if (!taken) {
    expect(refusal!.message).toContain(`node "n2" has unique names decided by ${theirs ?? 'no arbiter'}`);
    expect(refusal!.message).toContain(`node "n1" by ${ours ?? 'no arbiter'}; set the same CLUSTER_ARBITER`);
  }
});

describe('a newer life at another address', () => {
  const moved = peer({ incarnation: 51, address: '10.0.0.9:1' });

  it('waits as name_contested until the holder has shown that it lives', () => {
    expect(refuse(moved, connected, { holderLives: () => false })).toEqual({
      code: 'name_contested',
      message: expect.stringMatching(/"n2".*10\.0\.0\.2:1.*10\.0\.0\.9:1/),
    });
    expect(refuse(moved, connected, { holderLives: () => true })?.code).toBe('name_taken');
  });

  it('is taken once the holder is gone', () => {
    expect(refuse(moved, undefined, { newest: 50 })).toBeUndefined();
  });

  it('bothers the holder with no question when it would be refused anyway', () => {
    const holderLives = () => {
      throw new Error('asked');
    };
    expect(refuse(peer({ ...moved, incarnation: 49 }), connected, { holderLives })?.code).toBe(
      'stale_incarnation',
    );
    expect(refuse(peer({ ...moved, incarnation: 50 }), connected, { holderLives })?.code).toBe('name_taken');
    expect(refuse(peer({ ...moved, clusterName: 'carts' }), connected, { holderLives })?.code).toBe(
      'cluster_name',
    );
  });
});

it('refuses an older life also after the newer one has gone, and says what may be wrong', () => {
  expect(refuse(peer(), undefined, { newest: 51 })).toEqual({
    code: 'stale_incarnation',
    message: expect.stringMatching(/incarnation 50.*newer.*51.*clock/),
  });
  expect(refuse(peer({ incarnation: 51 }), undefined, { newest: 51 })).toBeUndefined();
});

it('names the wrong cluster first: nothing else of a stranger matters', () => {
  const stranger = peer({ clusterName: 'carts', protocol: { major: 2, minor: 0 }, id: 'n1' });
  expect(refuse(stranger)?.code).toBe('cluster_name');
});
