import type { Location } from '../finding.js';
import type { YamlTree } from '../read/yaml-tree.js';
import { DEFAULT_CLUSTER_PORT, NODE_VARIABLES } from './product.js';
import { findVariable, type Variable } from './variable.js';

export interface PublishedPort extends Location {
  readonly hostIp: string | undefined;
  readonly target: number;
}

/** A service of a Compose file that runs a node. */
export interface ComposeService extends Location {
  readonly name: string;
  readonly tree: YamlTree;
  readonly variables: readonly Variable[];
  readonly ports: readonly PublishedPort[];
  readonly clusterPort: number;
}

export interface ComposeFile extends Location {
  readonly tree: YamlTree;
  /** Those that run a node. */
  readonly nodes: readonly ComposeService[];
}

/** The document as a Compose file, if it is one. */
export function readCompose(tree: YamlTree, file: string): ComposeFile | undefined {
  const services = tree.at('services')?.entries ?? [];
  const isCompose = services.some(([, service]) => service.at('image') ?? service.at('build'));
  if (!isCompose || tree.at('kind')) return undefined;
  return {
    file,
    line: tree.line,
    tree,
    nodes: services
      .map(([name, service]) => readService(name, service, file))
      .filter(({ variables }) => variables.some((variable) => NODE_VARIABLES.includes(variable.name))),
  };
}

function readService(name: string, tree: YamlTree, file: string): ComposeService {
  const variables = readEnvironment(tree.at('environment'), file);
  return {
    name,
    file,
    line: tree.line,
    tree,
    variables,
    ports: (tree.at('ports')?.items ?? []).flatMap((port) => readPort(port, file)),
    clusterPort: Number(findVariable(variables, 'CLUSTER_PORT')?.value ?? DEFAULT_CLUSTER_PORT),
  };
}

function readEnvironment(tree: YamlTree | undefined, file: string): Variable[] {
  const pairs: [string, string, number][] = tree?.isMap
    ? tree.entries.map(([name, { text = '', line }]) => [name, text, line])
    : (tree?.items ?? []).map(({ text = '', line }) => {
        const at = text.indexOf('=');
        return at < 0 ? [text, '', line] : [text.slice(0, at), text.slice(at + 1), line];
      });
  return pairs.map(([name, raw, line]) => {
    const isKnown = !raw.replaceAll('$$', '').includes('$');
    return { name, raw, value: isKnown ? raw : undefined, origin: 'literal', file, line };
  });
}

/** `[ip:][published:]target[/protocol]` or the long form. */
function readPort(port: YamlTree, file: string): PublishedPort[] {
  const { line } = port;
  if (port.isMap) {
    const target = port.at('target')?.number;
    return target === undefined ? [] : [{ file, line, target, hostIp: port.at('host_ip')?.text }];
  }
  const [, address, , target] =
    /^(?:(\[[^\]]+\]|[^:]+):)??(?:([^:]*):)?(\d+)(?:-\d+)?(?:\/\w+)?$/.exec(port.text ?? '') ?? [];
  return target === undefined ? [] : [{ file, line, target: Number(target), hostIp: address }];
}
