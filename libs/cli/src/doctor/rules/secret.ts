import { error, warning, type Fault } from '../finding.js';
import type { Model } from '../model/model.js';
import { titleOf } from '../model/resource.js';
import { findVariable, type EnvironmentKind, type NodeEnvironment } from '../model/variable.js';
import type { Rule } from './rule.js';

const MOUNT = 'mount a Secret as a file and name it in CLUSTER_SECRET_FILE: it can be rotated there';
const STANDS_IN: Readonly<Record<Exclude<EnvironmentKind, 'process'>, string>> = {
  kubernetes: 'the manifest',
  compose: 'the Compose file',
  image: 'the image, for everybody who can pull it',
  file: 'a file that git tracks',
  shell: 'the script, and in the history of the shell',
};

/** A secret belongs into a file of the running system, and nowhere into the repository. */
export const secret: Rule = {
  id: 'secret',
  *check(model: Model) {
    for (const environment of model.environments) yield* inEnvironment(environment);
    for (const resource of model.resources.filter(
      ({ kind, tree }) => kind === 'Secret' && !tree.at('sops'),
    )) {
      for (const [key, value] of ['data', 'stringData'].flatMap(
        (part) => resource.tree.at(part)?.entries ?? [],
      )) {
        if (!value.text) continue;
        yield error(
          { file: resource.file, line: value.line },
          `${titleOf(resource)} holds the value of ${key}; base64 hides nothing from whoever reads the repository`,
          'delete it here, change the secret, and create it in the cluster (kubectl create secret generic … --from-file, or an operator)',
        );
      }
    }
    yield* inGenerators(model);
  },
};

function* inEnvironment({ kind, variables, isTracked }: NodeEnvironment): Generator<Fault> {
  const variable = findVariable(variables, 'CLUSTER_SECRET');
  if (!variable) return;
  if (kind === 'process') {
    yield warning(
      variable,
      'CLUSTER_SECRET is in the environment, which every child process inherits',
      MOUNT,
    );
  } else if (variable.origin !== 'literal') {
    yield warning(
      variable,
      'the secret is in an environment variable: it shows in dumps of the process, and changes only with a restart',
      MOUNT,
    );
  } else if (variable.value && (kind !== 'file' || isTracked === true)) {
    yield error(
      variable,
      `the cluster secret stands in ${STANDS_IN[kind]}`,
      `take it out and change it; ${MOUNT}`,
    );
  }
}

/** `secretGenerator` of a kustomization: literals stand in the file. */
function* inGenerators({ documents }: Model): Generator<Fault> {
  for (const { file, tree } of documents) {
    for (const generator of tree.at('secretGenerator')?.items ?? []) {
      const literals = generator.at('literals');
      if (!literals || literals.items.length === 0) continue;
      yield error(
        { file, line: literals.line },
        'secretGenerator with literals keeps the secret in the repository',
        'write files: with a file that git ignores',
      );
    }
  }
}
