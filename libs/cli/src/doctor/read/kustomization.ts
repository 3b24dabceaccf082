import { posix } from 'node:path';
import type { AddedLabels, Labels } from '../model/resource.js';
import type { YamlTree } from './yaml-tree.js';

const KUSTOMIZATION = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

export interface Kustomization {
  /** Labels for the resources of a file. */
  readonly added: ReadonlyMap<string, AddedLabels>;
  /** Files that change resources of others and are none themselves. */
  readonly patches: ReadonlySet<string>;
}

/**
 * What the kustomizations say of the files beside them. Only of those: what an overlay adds to its base, or changes in
 * it by a patch, is not applied, so that the base is judged once and as it stands.
 */
export function readKustomizations(
  documents: readonly { readonly file: string; readonly tree: YamlTree }[],
): Kustomization {
  const added = new Map<string, AddedLabels>();
  const patches = new Set<string>();
  for (const { file, tree } of documents) {
    if (!KUSTOMIZATION.test(file)) continue;
    const beside = (path: string) => posix.join(posix.dirname(file), path);
    const labels = labelsOf(tree);
    for (const { text } of tree.at('resources')?.items ?? []) {
      if (text !== undefined) added.set(beside(text), labels);
    }
    for (const key of ['patches', 'patchesStrategicMerge', 'patchesJson6902']) {
      for (const patch of tree.at(key)?.items ?? []) {
        const path = patch.text ?? patch.at('path')?.text;
        if (path !== undefined) patches.add(beside(path));
      }
    }
  }
  return { added, patches };
}

function labelsOf(tree: YamlTree): AddedLabels {
  const common = tree.at('commonLabels')?.texts ?? {};
  let [metadata, templates, selectors]: Labels[] = [common, common, common];
  for (const entry of tree.at('labels')?.items ?? []) {
    const pairs = entry.at('pairs')?.texts ?? {};
    const inSelectors = entry.at('includeSelectors')?.text === 'true';
    metadata = { ...metadata, ...pairs };
    if (inSelectors) selectors = { ...selectors, ...pairs };
    if (inSelectors || entry.at('includeTemplates')?.text === 'true') templates = { ...templates, ...pairs };
  }
  return { metadata: metadata!, templates: templates!, selectors: selectors! };
}
