import type { Location } from '../finding.js';
import type { YamlTree } from '../read/yaml-tree.js';

export type Labels = Readonly<Record<string, string>>;

/** What a kustomization adds to the resources in the files that it lists. */
export interface AddedLabels {
  readonly metadata: Labels;
  readonly templates: Labels;
  readonly selectors: Labels;
}

export const NO_LABELS: AddedLabels = { metadata: {}, templates: {}, selectors: {} };

/** A Kubernetes object as its file has it, and the labels that its kustomization adds. */
export interface Resource extends Location {
  readonly kind: string;
  readonly name: string;
  /** `undefined` where the file does not say: then it may be any. */
  readonly namespace: string | undefined;
  readonly labels: Labels;
  readonly tree: YamlTree;
  readonly added: AddedLabels;
}

/** The objects of one document; more than one for a `List`. */
export function readResources(tree: YamlTree, file: string, added: AddedLabels): Resource[] {
  const kind = tree.at('kind')?.text;
  if (kind === undefined || tree.at('apiVersion')?.text === undefined) return [];
  if (kind === 'List') {
    return (tree.at('items')?.items ?? []).flatMap((item) => readResources(item, file, added));
  }
  return [
    {
      kind,
      file,
      line: tree.line,
      name: tree.at('metadata', 'name')?.text ?? '',
      namespace: tree.at('metadata', 'namespace')?.text,
      labels: { ...tree.at('metadata', 'labels')?.texts, ...added.metadata },
      tree,
      added,
    },
  ];
}

export function sameNamespace(a: Resource, b: Resource): boolean {
  return a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace;
}

/** Where in the object's file something stands; the nearest thing around it that is there. */
export function locate(resource: Resource, ...path: readonly string[]): Location {
  for (let depth = path.length; depth > 0; depth--) {
    const tree = resource.tree.at(...path.slice(0, depth));
    if (tree) return { file: resource.file, line: tree.line };
  }
  return resource;
}

/** `Kind name`, as messages call it. */
export function titleOf({ kind, name }: Resource): string {
  return name === '' ? kind : `${kind} ${name}`;
}
