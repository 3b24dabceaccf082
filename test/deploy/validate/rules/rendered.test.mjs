import { describe, it } from 'node:test';
import { containerOf, finds, findsBesideAnother, podOf, variableOf } from './broken.mjs';
import { meshVersion } from './mesh-version.mjs';
import { networkAccess } from './network-access.mjs';
import { numbersOfPods } from './numbers-of-pods.mjs';
import { oldClusters } from './old-clusters.mjs';
import { peers } from './peers.mjs';
import { podSecurity } from './pod-security.mjs';
import { ports } from './ports.mjs';
import { resources } from './resources.mjs';
import { secretFiles } from './secret-files.mjs';
import { selectors } from './selectors.mjs';
import { shutdownTime } from './shutdown-time.mjs';
import { variables } from './variables.mjs';

describe('the rules of what is rendered find', () => {
  it('a seed that no node reads', () =>
    finds(
      variables,
      (find) => (variableOf(find, 'CLUSTER_SEEDS').value = 'noex-worker-0.noex-worker-peers'),
      /no node starts[^]*CLUSTER_SEEDS/,
    ));
  it('pods that wait for one another', () =>
    finds(peers, (find) => delete find('StatefulSet').spec.podManagementPolicy, /wait for one another/));
  it('an update strategy that stands where the order of creation belongs, or is missing', () =>
    finds(
      peers,
      (find) => (find('StatefulSet').spec.updateStrategy = { type: 'OnDelete' }),
      /not updated pod by pod/,
    ));
  it('one pod as the only seed', () =>
    finds(
      peers,
      (find) =>
        (variableOf(find, 'CLUSTER_SEEDS').value =
          'noex-worker-0.$(PEERS_SERVICE).noex.svc.cluster.local:4369'),
      /its seeds are .*, not all pods/,
    ));
  it('a headless Service that hides pods before they are ready', () =>
    finds(
      peers,
      (find) => delete find('Service', 'noex-worker-peers').spec.publishNotReadyAddresses,
      /hides pods/,
    ));
  it('one Service for peers and users', () =>
    finds(
      peers,
      (_, documents) => documents.splice(documents.findIndex(isUsersService), 1),
      /the same Service/,
    ));
  it('a Service for users that leads to pods that are not ready', () =>
    finds(
      peers,
      (find) => (find('Service', 'noex-worker').spec.publishNotReadyAddresses = true),
      /not ready/,
    ));
  it('a serviceName that is not of a headless Service', () =>
    finds(peers, (find) => (find('StatefulSet').spec.serviceName = 'noex-worker'), /is not headless/));
  it('a node that tells others an address of its own only', () =>
    finds(
      peers,
      (find) => (variableOf(find, 'CLUSTER_ADVERTISED_HOST').value = '127.0.0.1'),
      /tells peers 127\.0\.0\.1/,
    ));
  it('a node that is not called as its pod', () =>
    finds(peers, (find) => (variableOf(find, 'NODE_NAME').value = 'worker'), /is called worker/));
  it('a Deployment', () =>
    finds(
      peers,
      (find, documents) => documents.push({ ...structuredClone(find('StatefulSet')), kind: 'Deployment' }),
      /a node needs a name that stays/,
    ));

  it('a selector that fits no pods', () =>
    finds(
      selectors,
      (find) => (find('Service', 'noex-worker').spec.selector.version = 'v9'),
      /fits no pods/,
    ));
  it('a selector without the version, in a Service', () =>
    finds(
      selectors,
      (find) => delete find('Service', 'noex-worker').spec.selector.version,
      /pods of another mesh too/,
    ));
  it('a selector without the version, in the budget', () =>
    finds(
      selectors,
      (find) => delete find('PodDisruptionBudget').spec.selector.matchLabels.version,
      /another mesh too/,
    ));
  it('a selector without the version, in the policy of a peer', () =>
    finds(
      selectors,
      (find) =>
        delete find('NetworkPolicy', 'noex-worker').spec.ingress[0].from[0].podSelector.matchLabels.version,
      /a peer: the selector has no version/,
    ));
  it('a cluster name without the version, so that two meshes could merge', () =>
    findsBesideAnother(
      meshVersion,
      (find) => (variableOf(find, 'CLUSTER_NAME').value = 'noex'),
      /without its version v2/,
    ));
  it('a second mesh whose seeds are the pods of the first one', () =>
    findsBesideAnother(
      peers,
      (find) => (variableOf(find, 'PEERS_SERVICE').value = 'noex-worker-peers'),
      /its seeds are/,
    ));

  it('a probe of a port that is not there', () =>
    finds(
      ports,
      (find) => (containerOf(find).readinessProbe.httpGet.port = 'health'),
      /which the container does not have/,
    ));
  it('a liveness probe that asks for more than the event loop', () =>
    finds(
      ports,
      (find) => (containerOf(find).livenessProbe.httpGet.path = '/health'),
      /asks \/health, not \/livez/,
    ));
  it('probes of a port that answers only once the app has started', () =>
    finds(
      ports,
      (find) => (containerOf(find).startupProbe.httpGet.port = 'http'),
      /only once the app has started/,
    ));
  it('a container without a startup probe', () =>
    finds(ports, (find) => delete containerOf(find).startupProbe, /startupProbe asks undefined/));
  it('a management port on loopback', () =>
    finds(
      ports,
      (find) => (find('ConfigMap', settings(find)).data.MANAGEMENT_HOST = '127.0.0.1'),
      /on loopback/,
    ));
  it('a container port where the node does not listen', () =>
    finds(ports, (find) => (find('ConfigMap', settings(find)).data.HTTP_PORT = '3000'), /listens on 3000/));
  it('a seed at another port', () =>
    finds(
      ports,
      (find) => (find('ConfigMap', settings(find)).data.CLUSTER_PORT = '4370'),
      /not at the cluster's port/,
    ));
  it('a Service port that leads nowhere', () =>
    finds(
      ports,
      (find) => (find('Service', 'noex-worker').spec.ports[0].targetPort = 'web'),
      /leads to web/,
    ));
  it('a Service port without a name', () =>
    finds(ports, (find) => delete find('Service', 'noex-worker').spec.ports[0].name, /has no name/));
  it('a ServiceMonitor that wants a port which its Service does not have', () =>
    finds(
      ports,
      (find) => (find('ServiceMonitor').spec.endpoints[0].port = 'health'),
      /has no port called health/,
    ));
  it('a ServiceMonitor that selects no Service, or several', () => {
    finds(
      ports,
      (find) => (find('ServiceMonitor').spec.selector.matchLabels.app = 'x'),
      /selects 0 Services/,
    );
    finds(
      ports,
      (find) => delete find('ServiceMonitor').spec.selector.matchLabels['app.kubernetes.io/component'],
      /selects 2/,
    );
  });
  it('a policy that opens a port which is not there', () =>
    finds(
      ports,
      (find) => (find('NetworkPolicy', 'noex-worker').spec.ingress[1].ports[0].port = 'web'),
      /opens port web/,
    ));

  it('a budget that keeps all pods', () =>
    finds(
      numbersOfPods,
      (find) =>
        Object.assign(find('PodDisruptionBudget').spec, { minAvailable: 3, maxUnavailable: undefined }),
      /keeps 3 of 3 pods/,
    ));
  it('a budget that keeps pods that are broken', () =>
    finds(
      numbersOfPods,
      (find) => delete find('PodDisruptionBudget').spec.unhealthyPodEvictionPolicy,
      /holds up the drain/,
    ));
  it('two budgets for one pod', () =>
    finds(
      numbersOfPods,
      (find, documents) => documents.push(structuredClone(find('PodDisruptionBudget'))),
      /2 budgets select its pods/,
    ));
  it('an autoscaler that goes below three', () =>
    finds(numbersOfPods, (find) => (find('HorizontalPodAutoscaler').spec.minReplicas = 2), /goes down to 2/));
  it('an autoscaler by memory', () =>
    finds(
      numbersOfPods,
      (find) => (find('HorizontalPodAutoscaler').spec.metrics[0].resource.name = 'memory'),
      /scales by memory/,
    ));
  it('an autoscaler whose metric nobody can compute: no request', () =>
    finds(numbersOfPods, (find) => delete containerOf(find).resources.requests.cpu, /sees <unknown>/));
  it('an autoscaler that does not look at what waits', () =>
    finds(
      numbersOfPods,
      (find) => find('HorizontalPodAutoscaler').spec.metrics.pop(),
      /does not look at noex_mailbox/,
    ));
  it('an autoscaler that takes pods away in haste', () =>
    finds(
      numbersOfPods,
      (find) => delete find('HorizontalPodAutoscaler').spec.behavior.scaleDown,
      /in haste/,
    ));
  it('replicas beside an autoscaler', () =>
    finds(numbersOfPods, (find) => (find('StatefulSet').spec.replicas = 3), /every apply brings it back/));

  it('a grace that ends before the drain', () =>
    finds(
      shutdownTime,
      (find) => (podOf(find).terminationGracePeriodSeconds = 30),
      /killed after 30 s, but needs 5 \+ 20 \+ 5/,
    ));
  it('a drain that takes longer than the grace', () =>
    finds(
      shutdownTime,
      (find) => (find('ConfigMap', settings(find)).data.CLUSTER_DRAIN_MS = '50000'),
      /needs 5 \+ 50/,
    ));
  it('a pod without preStop', () =>
    finds(shutdownTime, (find) => delete containerOf(find).lifecycle, /without a preStop/));
  it('a preStop of unknown length', () =>
    finds(
      shutdownTime,
      (find) => (containerOf(find).lifecycle.preStop.exec.command = ['sh', '-c', 'true']),
      /nobody knows/,
    ));

  it('a CPU limit', () =>
    finds(resources, (find) => (containerOf(find).resources.limits.cpu = '1'), /throttles/));
  it('a pod without requests or without a memory limit', () => {
    finds(resources, (find) => delete containerOf(find).resources.requests, /requests no cpu/);
    finds(resources, (find) => delete containerOf(find).resources.limits, /no memory limit/);
  });
  it('pods that may all be on one machine or in one zone', () => {
    finds(
      resources,
      (find) => podOf(find).topologySpreadConstraints.pop(),
      /not spread over kubernetes\.io\/hostname/,
    );
    finds(resources, (find) => podOf(find).topologySpreadConstraints.shift(), /not spread over topology/);
  });

  const insecure = {
    'may run as root': (find) => delete podOf(find).securityContext.runAsUser,
    'no seccomp profile': (find) => delete podOf(find).securityContext.seccompProfile,
    'gets a token': (find) => delete podOf(find).automountServiceAccountToken,
    'no ServiceAccount of its own': (find) => delete podOf(find).serviceAccountName,
    'may gain privileges': (find) => delete containerOf(find).securityContext.allowPrivilegeEscalation,
    'can be written': (find) => delete containerOf(find).securityContext.readOnlyRootFilesystem,
    'has capabilities': (find) => (containerOf(find).securityContext.capabilities.add = ['NET_ADMIN']),
    'has no size': (find) => (podOf(find).volumes.find(({ emptyDir }) => emptyDir).emptyDir = {}),
    'has no /tmp': (find) => (containerOf(find).volumeMounts = []),
    'folder of the machine': (find) => podOf(find).volumes.push({ name: 'x', hostPath: { path: '/' } }),
    'gives its token to pods': (find) => delete find('ServiceAccount').automountServiceAccountToken,
    'does not enforce the profile': (find) => (find('Namespace').metadata.labels = {}),
  };
  it('a pod with more rights than it needs', () => {
    for (const [problem, change] of Object.entries(insecure)) finds(podSecurity, change, new RegExp(problem));
  });

  it('a secret that others can read, that is never updated, or that is not there', () => {
    finds(secretFiles, (find) => (podOf(find).volumes[0].secret.defaultMode = 0o644), /read by anybody/);
    finds(
      secretFiles,
      (find) => (containerOf(find).volumeMounts[0].subPath = 'secret'),
      /a new secret never arrives/,
    );
    finds(secretFiles, (find) => (find('Secret').data = { other: '' }), /which no Secret puts there/);
    finds(
      secretFiles,
      (find) => (podOf(find).volumes[0].secret.secretName = 'gone'),
      /there is no Secret gone/,
    );
  });
  it('a secret in the environment', () => {
    const valueFrom = { secretKeyRef: { name: 'noex-worker-cluster', key: 'secret' } };
    finds(
      variables,
      (find) => containerOf(find).env.push({ name: 'CLUSTER_SECRET', valueFrom }),
      /in the environment/,
    );
    finds(
      variables,
      (find) => containerOf(find).envFrom.push({ secretRef: { name: 'x' } }),
      /in the environment/,
    );
  });
  it('a setting that no node reads', () =>
    finds(
      variables,
      (find) => (find('ConfigMap', settings(find)).data.HEARTBEAT_MS = '500'),
      /no node reads HEARTBEAT_MS/,
    ));
  it('a variable made of one that is not there', () =>
    finds(
      variables,
      (find) => (variableOf(find, 'NODE_NAME').value = '$(POD)'),
      /\$\(POD\) stands for nothing/,
    ));

  it('a namespace that is open by default', () =>
    finds(
      networkAccess,
      (_, documents) => documents.splice(documents.findIndex(isDefaultDeny), 1),
      /denies what none allows/,
    ));
  it('DNS over UDP only', () =>
    finds(
      networkAccess,
      (find) => find('NetworkPolicy', 'noex-worker').spec.egress[1].ports.pop(),
      /no DNS over TCP/,
    ));
  it('a port that is open to all', () => {
    finds(
      networkAccess,
      (find) => delete find('NetworkPolicy', 'noex-worker').spec.ingress[2].from,
      /management is open to all/,
    );
    finds(
      networkAccess,
      (find) => (find('NetworkPolicy', 'noex-worker').spec.ingress[1].from = [{ namespaceSelector: {} }]),
      /http is open to all namespaces/,
    );
  });
  it('peers that are cut off from one another', () => {
    finds(
      networkAccess,
      (find) => find('NetworkPolicy', 'noex-worker').spec.egress.shift(),
      /does not get out to its peers/,
    );
    finds(
      networkAccess,
      (find) => find('NetworkPolicy', 'noex-worker').spec.ingress.shift(),
      /do not get in/,
    );
  });

  it('what older clusters do not know', () => {
    finds(
      oldClusters,
      (find) => (find('PodDisruptionBudget').apiVersion = 'policy/v1beta1'),
      /not every cluster serves/,
    );
    finds(
      oldClusters,
      (find) => (containerOf(find).lifecycle.preStop = { sleep: { seconds: 5 } }),
      /from Kubernetes 1\.29 on/,
    );
  });
});

function settings(find) {
  return containerOf(find).envFrom[0].configMapRef.name;
}

function isUsersService({ kind, metadata }) {
  return kind === 'Service' && metadata.name === 'noex-worker';
}

function isDefaultDeny({ kind, metadata }) {
  return kind === 'NetworkPolicy' && metadata.name === 'default-deny';
}
