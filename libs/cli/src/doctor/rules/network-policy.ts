import { error, warning, type Fault, type Location } from '../finding.js';
import type { Model } from '../model/model.js';
import { locate, sameNamespace, type Resource } from '../model/resource.js';
import { selectsPods, type NodeWorkload } from '../model/workload.js';
import type { YamlTree } from '../read/yaml-tree.js';
import type { Rule } from './rule.js';

type Direction = 'ingress' | 'egress';

interface PolicyRule {
  readonly policy: Resource;
  readonly tree: YamlTree;
}

/** What the policies of a node let through, all together: each may add to what others allow. */
export const networkPolicy: Rule = {
  id: 'network-policy',
  *check({ nodes, resources }: Model) {
    for (const node of nodes) {
      const policies = resources.filter(
        (policy) =>
          policy.kind === 'NetworkPolicy' &&
          sameNamespace(policy, node.resource) &&
          selectsPods(policy, policy.tree.at('spec', 'podSelector'), node),
      );
      // Without any nothing is cut off, which is a choice; half a policy is a mistake.
      if (policies.length === 0) continue;
      for (const direction of ['ingress', 'egress'] as const) {
        const governing = policies.filter((policy) => governs(policy, direction));
        if (governing.length === 0) yield halfOpen(policies[0]!, direction);
        else yield* check(node, governing, direction);
      }
    }
  },
};

function* check(node: NodeWorkload, policies: readonly Resource[], direction: Direction): Generator<Fault> {
  const rules = policies.flatMap((policy) =>
    (policy.tree.at('spec', direction)?.items ?? []).map((tree) => ({ policy, tree })),
  );
  const where = locate(policies[0]!, 'spec', direction);
  if (!rules.some(({ tree }) => allows(tree, clusterPorts(node), 'TCP'))) {
    yield error(
      where,
      `no ${direction} rule lets port ${node.clusterPort} through: nodes cannot reach each other`,
      `allow TCP ${node.clusterPort} ${direction === 'ingress' ? 'from' : 'to'} the pods of the cluster`,
    );
  }
  if (direction === 'ingress') for (const rule of rules) yield* openToAll(rule, node);
  else yield* nameLookups(rules, where);
}

function* openToAll({ policy, tree }: PolicyRule, node: NodeWorkload): Generator<Fault> {
  if ((tree.at('from')?.items.length ?? 0) > 0) return;
  const at = { file: policy.file, line: tree.line };
  if (allows(tree, clusterPorts(node), 'TCP')) {
    yield error(
      at,
      `port ${node.clusterPort} of the cluster is open to everybody`,
      'allow it from the pods of the cluster only',
    );
  } else {
    const ports = tree.at('ports')?.items.map((port) => port.at('port')?.text ?? 'all') ?? [];
    yield warning(
      at,
      `port ${ports.join(', ')} is open to every pod and address, /metrics included`,
      "write from: with the namespaces of Prometheus and of the ingress controller (the kubelet's probes always pass)",
    );
  }
}

function* nameLookups(rules: readonly PolicyRule[], where: Location): Generator<Fault> {
  const [overUdp, overTcp] = ['UDP', 'TCP'].map((protocol) =>
    rules.find(({ tree }) => allows(tree, ['53'], protocol)),
  );
  if (overUdp && overTcp) return;
  const found = overUdp ?? overTcp;
  yield error(
    found ? { file: found.policy.file, line: found.tree.line } : where,
    found
      ? `DNS passes over ${overUdp ? 'UDP' : 'TCP'} only: ${overUdp ? 'answers that do not fit one packet, as for many pods, never arrive' : 'most lookups never leave'}`
      : 'no egress rule lets DNS through: no seed is found by its name',
    'allow port 53 over UDP and TCP',
  );
}

function halfOpen(policy: Resource, direction: Direction): Fault {
  return warning(
    locate(policy, 'spec', 'policyTypes'),
    `${direction} is not restricted by any policy of these pods`,
    'write policyTypes: [Ingress, Egress] and allow what is needed',
  );
}

function governs({ tree }: Resource, direction: Direction): boolean {
  const types = tree.at('spec', 'policyTypes')?.items.map(({ text }) => text?.toLowerCase());
  if (types) return types.includes(direction);
  return direction === 'ingress' || tree.at('spec', 'egress') !== undefined;
}

/** The cluster's port as a policy may write it: its number, or its names in the pod. */
function clusterPorts({ clusterPort, container }: NodeWorkload): string[] {
  const names = container.ports.filter(({ port }) => port === clusterPort).map(({ name }) => name);
  return [String(clusterPort), ...names.filter((name) => name !== undefined)];
}

function allows(rule: YamlTree, wanted: readonly string[], protocol: string): boolean {
  const ports = rule.at('ports')?.items ?? [];
  // A rule without ports means all of them.
  if (ports.length === 0) return true;
  return ports.some((tree) => {
    if ((tree.at('protocol')?.text ?? 'TCP') !== protocol) return false;
    const port = tree.at('port');
    if (port?.text === undefined || wanted.includes(port.text)) return true;
    const end = tree.at('endPort')?.number;
    return end !== undefined && Number(wanted[0]) >= Number(port.text) && Number(wanted[0]) <= end;
  });
}
