// `nest g -c @noex/nestjs behavior <name>`, with the options of `nest g service`.
import {
  formatFiles,
  isEsmProject,
  mergeSourceRoot,
  ModuleDeclarator,
  ModuleFinder,
} from '@nestjs/schematics';
import { behaviorFile, specFile } from './behavior.files.js';
import { namesOf } from './names.js';

/**
 * A rule of @angular-devkit/schematics. It uses nothing of that package, which is not the application's own dependency and so
 * not always within reach.
 */
export function behavior(options) {
  return (tree, context) => {
    if (options.language && options.language !== 'ts') {
      throw new Error(
        `behaviors are written in TypeScript, and the language of this application is ${options.language}`,
      );
    }
    const names = namesOf(options);
    const target = { path: names.folder, sourceRoot: options.sourceRoot };
    mergeSourceRoot(target)(tree);
    const path = options.flat ? target.path : `${target.path}/${names.file}`;
    const ending = isEsmProject(tree) ? '.js' : '';
    tree.create(`${path}/${names.file}.behavior.ts`, behaviorFile(names));
    if (options.spec) {
      tree.create(
        `${path}/${names.file}.behavior.${options.specFileSuffix || 'spec'}.ts`,
        specFile(names, ending),
      );
    }
    if (!options.skipImport) addToModule(tree, context, path, names);
    return options.format ? formatFiles() : tree;
  };
}

function addToModule(tree, { logger }, path, { file, className }) {
  const module = new ModuleFinder(tree).find({ name: file, path });
  if (!module) {
    logger.warn(`There is no module at or above ${path}: add ${className} to the providers of one yourself.`);
    return;
  }
  const options = { name: file, className, type: 'behavior', metadata: 'providers', path, module };
  const changed = new ModuleDeclarator().declare(tree.readText(module), {
    ...options,
    isEsm: isEsmProject(tree),
  });
  tree.overwrite(module, changed);
}
