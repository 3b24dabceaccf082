import { findingsIn, withChange } from './rules.spec-support.js';

describe('a seed', () => {
  it.each<[string, string, string, string, string[]]>([
    [
      'that no node reads is an error',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'shop-0.peers',
      ['error seed-form: value: shop-0.peers'],
    ],
    [
      'with a port that is none is an error',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'dns:peers:99999',
      ['error seed-form: value: dns:peers:99999'],
    ],
    [
      'that is a Service with one virtual address is an error',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'dns:web.$(POD_NAMESPACE).svc:4369',
      ['error seed-form: value: dns:web.$(POD_NAMESPACE).svc:4369'],
    ],
    [
      'that is the address of one pod without a name is a warning',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'shop-0.peers:4369,shop-1.peers:4369',
      [
        'warning seed-form: value: shop-0.peers:4369,shop-1.peers:4369',
        'warning seed-form: value: shop-0.peers:4369,shop-1.peers:4369',
      ],
    ],
    [
      'that names the nodes of pods is none',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'shop-0@shop-0.peers:4369,shop-1@shop-1.peers:4369',
      [],
    ],
    [
      'that is a service record is none',
      'k8s.yaml',
      'dns:peers.$(POD_NAMESPACE).svc.cluster.local:4369',
      'srv:_cluster._tcp.peers.default.svc.cluster.local',
      [],
    ],
    [
      'of a Compose file is read too',
      'compose.yaml',
      'dns:shop:4369',
      'shop',
      ['error seed-form: CLUSTER_SEEDS: shop'],
    ],
    ['that Compose fills in later is not judged', 'compose.yaml', 'dns:shop:4369', '${SEEDS}', []],
    [
      'of a file of variables is read too',
      '.env',
      'CLUSTER_SECRET=',
      'CLUSTER_SEEDS=shop\nCLUSTER_SECRET=',
      ['error seed-form: CLUSTER_SEEDS=shop'],
    ],
    [
      'of an image is read too',
      'Dockerfile',
      'USER node',
      'ENV CLUSTER_SEEDS="shop" A=b\nUSER node',
      ['error seed-form: ENV CLUSTER_SEEDS="shop" A=b'],
    ],
  ])('%s', (_what, file, from, to, expected) => {
    expect(findingsIn(withChange(file, from, to))).toEqual(expected);
  });
});
