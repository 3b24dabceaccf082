import { asTheNodeReads } from '../product.mjs';

/** The version that stands in the selectors stands in the cluster's name: nodes of two versions refuse each other even where they meet. */
export function meshVersion({ nodes }) {
  return nodes.flatMap(({ title, labels, variables }) => {
    const { options } = asTheNodeReads(variables);
    if (!options || options.clusterName.split('-').includes(labels.version)) return [];
    return [`${title}: its cluster is called ${options.clusterName}, without its version ${labels.version}`];
  });
}
