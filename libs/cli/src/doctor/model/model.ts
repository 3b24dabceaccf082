import type { Finding } from '../finding.js';
import { finalInstructions, readDockerfile, type Dockerfile } from '../read/dockerfile.js';
import { readKustomizations } from '../read/kustomization.js';
import type { SourceText } from '../read/source-text.js';
import { readShell, readVariables } from '../read/variables-text.js';
import { parseYaml, type YamlTree } from '../read/yaml-tree.js';
import { readCompose, type ComposeFile } from './compose-service.js';
import { NO_LABELS, readResources, type Resource } from './resource.js';
import type { EnvironmentKind, NodeEnvironment, Variable } from './variable.js';
import { readNodeWorkload, type NodeWorkload } from './workload.js';

export interface YamlDocument {
  readonly file: string;
  readonly tree: YamlTree;
}

/** All that was read, as the rules see it. */
export interface Model {
  readonly resources: readonly Resource[];
  /** Workloads that run a node: those that set a variable of it. */
  readonly nodes: readonly NodeWorkload[];
  readonly composeFiles: readonly ComposeFile[];
  readonly dockerfiles: readonly Dockerfile[];
  readonly environments: readonly NodeEnvironment[];
  /** Every YAML document, also those that are none of the above. */
  readonly documents: readonly YamlDocument[];
}

export interface ReadModel {
  readonly model: Model;
  /** Files that could not be understood, each once. */
  readonly unreadable: readonly Finding[];
}

/** @param processVariables of this process; none where they are not asked for */
export function readModel(sources: readonly SourceText[], processVariables: readonly Variable[]): ReadModel {
  const unreadable: Finding[] = [];
  const documents = sources.filter(isKind('yaml')).flatMap(({ file, text, firstLine }) => {
    const { documents: trees, problem } = parseYaml(text, firstLine);
    if (problem) unreadable.push(unreadableYaml(file, problem.line, problem.message));
    return trees.map((tree) => ({ file, tree }));
  });
  const { added, patches } = readKustomizations(documents);
  const own = documents.filter(({ file }) => !patches.has(file));
  const resources = own.flatMap(({ file, tree }) => readResources(tree, file, added.get(file) ?? NO_LABELS));
  const nodes = resources
    .map((resource) => readNodeWorkload(resource, resources))
    .filter((workload) => workload !== undefined);
  const composeFiles = own
    .map(({ file, tree }) => readCompose(tree, file))
    .filter((compose) => compose !== undefined);
  const dockerfiles = sources.filter(isKind('dockerfile')).map(readDockerfile);

  const environments: NodeEnvironment[] = [
    ...nodes.map(({ container }) => environment('kubernetes', container.variables)),
    ...composeFiles.flatMap((file) => file.nodes.map((node) => environment('compose', node.variables))),
    ...dockerfiles.map((dockerfile) => environment('image', imageVariables(dockerfile))),
    ...sources.filter(isKind('variables')).map((source) => ({
      ...environment('file', readVariables(source)),
      isTracked: source.isTracked ?? false,
    })),
    ...sources.filter(isKind('shell')).map((source) => environment('shell', readShell(source))),
    environment('process', processVariables),
  ];
  return {
    model: { resources, nodes, composeFiles, dockerfiles, environments, documents: own },
    unreadable,
  };
}

function isKind(kind: SourceText['kind']) {
  return (source: SourceText) => source.kind === kind;
}

function environment(kind: EnvironmentKind, variables: readonly Variable[]): NodeEnvironment {
  return { kind, variables };
}

function unreadableYaml(file: string, line: number, message: string): Finding {
  return {
    rule: 'unreadable-file',
    severity: 'error',
    file,
    line,
    problem: `not YAML: ${message}`,
    fix: 'correct it; what could not be read was not checked',
  };
}

/** What ENV and ARG set, the later ones last. */
export function imageVariables(dockerfile: Dockerfile): Variable[] {
  const { file } = dockerfile;
  const read = (keyword: string) =>
    finalInstructions(dockerfile, keyword).flatMap(({ text, line }) =>
      assignments(text).map(([name, raw]): Variable => ({
        name,
        raw,
        value: raw.includes('$') ? undefined : raw,
        origin: 'literal',
        file,
        line,
      })),
    );
  return [...read('ARG'), ...read('ENV')].reverse();
}

/** `NAME=value` pairs, or the old form `NAME value`. */
function assignments(text: string): [string, string][] {
  const pairs = [...text.matchAll(/([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)/g)];
  if (pairs.length > 0)
    return pairs.map(([, name, value]) => [name!, value!.replace(/^(["'])(.*)\1$/, '$2')]);
  const [, name, value] = /^([A-Za-z_]\w*)\s+(.+)$/.exec(text) ?? [];
  return name === undefined ? [] : [[name, value!]];
}
