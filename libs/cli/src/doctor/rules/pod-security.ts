import { error, warning, type Fault } from '../finding.js';
import type { Model } from '../model/model.js';
import { sameNamespace, titleOf } from '../model/resource.js';
import { inContainer, inPod, type NodeWorkload } from '../model/workload.js';
import type { YamlTree } from '../read/yaml-tree.js';
import type { Rule } from './rule.js';

const ZONE = 'topology.kubernetes.io/zone';
const HOSTNAME = 'kubernetes.io/hostname';

/** What the restricted Pod Security Standard asks for, a read-only root, no token, and no two eggs in one basket. */
export const podSecurity: Rule = {
  id: 'pod-security',
  *check(model: Model) {
    for (const node of model.nodes) {
      yield* rights(node);
      yield* token(model, node);
      yield* spread(node);
      yield* scratchSpace(node);
    }
  },
};

function* rights(node: NodeWorkload): Generator<Fault> {
  const own = node.container.tree.at('securityContext');
  const ofPod = node.podSpec.at('securityContext');
  const either = (...path: string[]) => (own?.at(...path) ?? ofPod?.at(...path))?.text;
  const dropped = own?.at('capabilities', 'drop')?.items.map(({ text }) => text) ?? [];
  const lacking = [
    either('runAsNonRoot') !== 'true' && 'runAsNonRoot: true',
    !['RuntimeDefault', 'Localhost'].includes(either('seccompProfile', 'type') ?? '') &&
      'seccompProfile.type: RuntimeDefault',
    own?.at('allowPrivilegeEscalation')?.text !== 'false' && 'allowPrivilegeEscalation: false',
    own?.at('readOnlyRootFilesystem')?.text !== 'true' && 'readOnlyRootFilesystem: true',
    !dropped.includes('ALL') && 'capabilities.drop: ["ALL"]',
  ].filter((setting) => setting !== false);
  if (lacking.length === 0) return;
  yield error(
    inContainer(node, 'securityContext'),
    `container ${node.container.name} may do more than a node needs; a namespace with restricted Pod Security refuses it`,
    `write in its securityContext ${lacking.join(', ')}`,
  );
}

function* token({ resources }: Model, node: NodeWorkload): Generator<Fault> {
  const name = node.podSpec.at('serviceAccountName')?.text ?? 'default';
  const account = resources.find(
    (resource) =>
      resource.kind === 'ServiceAccount' && resource.name === name && sameNamespace(resource, node.resource),
  );
  const mounts =
    node.podSpec.at('automountServiceAccountToken') ?? account?.tree.at('automountServiceAccountToken');
  if (mounts?.text === 'false') return;
  yield warning(
    inPod(node, 'automountServiceAccountToken'),
    'the pod holds a token for the API of Kubernetes, which a node never uses',
    'write automountServiceAccountToken: false',
  );
}

function* spread(node: NodeWorkload): Generator<Fault> {
  const keys = spreadKeys(node.podSpec);
  const lacking = [HOSTNAME, ZONE].filter((key) => !keys.includes(key));
  if (lacking.length === 0 || node.replicas < 2) return;
  yield warning(
    inPod(node, 'topologySpreadConstraints'),
    `nothing spreads the pods of ${titleOf(node.resource)} by ${lacking.join(' and ')}: one failure may take most of them`,
    `add topologySpreadConstraints with topologyKey ${lacking.join(' and ')}`,
  );
}

function spreadKeys(podSpec: YamlTree): (string | undefined)[] {
  const rules = podSpec.at('affinity', 'podAntiAffinity');
  return [
    ...(podSpec.at('topologySpreadConstraints')?.items ?? []),
    ...(rules?.at('requiredDuringSchedulingIgnoredDuringExecution')?.items ?? []),
    ...(rules?.at('preferredDuringSchedulingIgnoredDuringExecution')?.items ?? []).map(
      (term) => term.at('podAffinityTerm') ?? term,
    ),
  ].map((term) => term.at('topologyKey')?.text);
}

function* scratchSpace(node: NodeWorkload): Generator<Fault> {
  for (const volume of node.podSpec.at('volumes')?.items ?? []) {
    const directory = volume.at('emptyDir');
    if (!directory || directory.at('sizeLimit')) continue;
    yield warning(
      { file: node.resource.file, line: directory.line },
      `volume ${volume.at('name')?.text ?? ''} has no size limit: it can fill the disk of the machine`,
      'write sizeLimit: 64Mi',
    );
  }
}
