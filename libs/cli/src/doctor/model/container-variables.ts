import type { YamlTree } from '../read/yaml-tree.js';
import { sameNamespace, type Resource } from './resource.js';
import type { Variable } from './variable.js';

/** What a container finds in its environment: `envFrom`, then `env`, with `$(NAME)` filled in. */
export function containerVariables(
  container: YamlTree,
  workload: Resource,
  resources: readonly Resource[],
): Variable[] {
  const configMap = (name: string | undefined) =>
    resources.find(
      (resource) =>
        resource.kind === 'ConfigMap' && resource.name === name && sameNamespace(resource, workload),
    );
  const fromMaps = (container.at('envFrom')?.items ?? []).flatMap((source) => {
    const map = configMap(source.at('configMapRef', 'name')?.text);
    const prefix = source.at('prefix')?.text ?? '';
    return (map?.tree.at('data')?.entries ?? []).map(([key, { text = '', line }]): Variable => ({
      name: prefix + key,
      raw: text,
      value: text,
      origin: 'literal',
      file: map!.file,
      line,
    }));
  });
  const variables = [...fromMaps];
  for (const entry of container.at('env')?.items ?? []) {
    const name = entry.at('name')?.text;
    if (name === undefined) continue;
    const { file } = workload;
    const literal = entry.at('value');
    const reference = entry.at('valueFrom');
    const line = (literal ?? reference ?? entry).line;
    if (!reference) {
      const raw = literal?.text ?? '';
      variables.push({ name, raw, value: fillIn(raw, variables), origin: 'literal', file, line });
      continue;
    }
    const key = reference.at('configMapKeyRef');
    const value =
      fieldValue(reference.at('fieldRef', 'fieldPath')?.text, workload) ??
      configMap(key?.at('name')?.text)?.tree.at('data', key?.at('key')?.text ?? '')?.text;
    const origin = reference.at('secretKeyRef') ? 'secret' : 'elsewhere';
    variables.push({ name, raw: value ?? '', value, origin, file, line });
  }
  return variables;
}

/** `$(NAME)` of a variable that stands before it; `undefined` if its value is known only where it runs. */
function fillIn(raw: string, before: readonly Variable[]): string | undefined {
  let isKnown = true;
  const filled = raw.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string) => {
    const variable = before.findLast((candidate) => candidate.name === name);
    // Kubernetes leaves a reference to nothing as it is.
    if (!variable) return whole;
    isKnown &&= variable.value !== undefined;
    return variable.value ?? '';
  });
  return isKnown ? filled : undefined;
}

/** What the first pod would find. */
function fieldValue(path: string | undefined, { name, namespace }: Resource): string | undefined {
  switch (path) {
    case 'metadata.name':
      return `${name}-0`;
    case 'metadata.namespace':
      return namespace ?? 'default';
    case 'status.podIP':
      return '10.0.0.1';
    default:
      return undefined;
  }
}
