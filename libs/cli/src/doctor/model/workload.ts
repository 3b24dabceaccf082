import type { Location } from '../finding.js';
import type { YamlTree } from '../read/yaml-tree.js';
import { containerVariables } from './container-variables.js';
import { DEFAULT_CLUSTER_PORT, NODE_VARIABLES } from './product.js';
import { locate, type Labels, type Resource } from './resource.js';
import { selects } from './selector.js';
import { readSeed, splitSeeds, type Seed } from './seed.js';
import { findVariable, type Variable } from './variable.js';

export const WORKLOAD_KINDS: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

export interface ContainerPort {
  readonly name: string | undefined;
  readonly port: number;
}

export interface Container {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly tree: YamlTree;
  readonly variables: readonly Variable[];
  readonly ports: readonly ContainerPort[];
}

/** A Deployment, a StatefulSet or the like, and the container in it that runs a node. */
export interface NodeWorkload {
  readonly resource: Resource;
  readonly podSpec: YamlTree;
  readonly podLabels: Labels;
  readonly container: Container;
  readonly replicas: number;
  readonly clusterPort: number;
}

/** The workload as one that runs a node, if it is. */
export function readNodeWorkload(
  resource: Resource,
  resources: readonly Resource[],
): NodeWorkload | undefined {
  const podSpec = resource.tree.at('spec', 'template', 'spec');
  if (!WORKLOAD_KINDS.includes(resource.kind) || !podSpec) return undefined;
  const container = (podSpec.at('containers')?.items ?? [])
    .map((tree) => readContainer(tree, resource, resources))
    .find(({ variables }) => variables.some(({ name }) => NODE_VARIABLES.includes(name)));
  if (!container) return undefined;
  return {
    resource,
    podSpec,
    podLabels: podLabelsOf(resource),
    container,
    replicas: resource.tree.at('spec', 'replicas')?.number ?? 1,
    clusterPort: Number(findVariable(container.variables, 'CLUSTER_PORT')?.value ?? DEFAULT_CLUSTER_PORT),
  };
}

/** Those of a part that has no pod template are its own. */
export function podLabelsOf({ tree, labels, added }: Resource): Labels {
  const template = tree.at('spec', 'template');
  return template ? { ...template.at('metadata', 'labels')?.texts, ...added.templates } : labels;
}

function readContainer(tree: YamlTree, resource: Resource, resources: readonly Resource[]): Container {
  return {
    name: tree.at('name')?.text ?? '',
    file: resource.file,
    line: tree.line,
    tree,
    variables: containerVariables(tree, resource, resources),
    ports: (tree.at('ports')?.items ?? []).flatMap((port) => {
      const number = port.at('containerPort')?.number;
      return number === undefined ? [] : [{ name: port.at('name')?.text, port: number }];
    }),
  };
}

/** Where in the container something stands, or the container. */
export function inContainer({ container }: NodeWorkload, ...path: readonly string[]): Location {
  for (let depth = path.length; depth > 0; depth--) {
    const tree = container.tree.at(...path.slice(0, depth));
    if (tree) return { file: container.file, line: tree.line };
  }
  return container;
}

/** Where in the pod's spec something stands, or the pod's spec. */
export function inPod({ resource }: NodeWorkload, ...path: readonly string[]): Location {
  return locate(resource, 'spec', 'template', 'spec', ...path);
}

/** Whether a policy, budget or workload with this selector means the node's pods. */
export function selectsPods(
  by: Resource,
  selector: YamlTree | undefined,
  { podLabels }: NodeWorkload,
): boolean {
  return selects(selector, by.added.selectors, podLabels);
}

/** `CLUSTER_SEEDS`, and the seeds in it that can be read. */
export function seedsOf(
  variables: readonly Variable[],
): { variable: Variable; seeds: readonly Seed[] } | undefined {
  const variable = findVariable(variables, 'CLUSTER_SEEDS');
  if (variable?.value === undefined) return undefined;
  const seeds = splitSeeds(variable.value).map(readSeed);
  return { variable, seeds: seeds.filter((seed) => seed !== undefined) };
}

/** Ports of the container other than the cluster's: those of its HTTP. */
export function httpPortsOf({ container, clusterPort }: NodeWorkload): readonly ContainerPort[] {
  return container.ports.filter(({ port }) => port !== clusterPort);
}
