// `nest add @noex/nestjs`: what else has to be in an application, once the package is installed.
import { addModule } from './app-module.js';
import { addDependencies, lockedBy } from './dependencies.js';
import { addShutdownHooks, HOOKS } from './main-file.js';

const MODULE = 'NoexModule.forRoot()';

/** A rule of @angular-devkit/schematics; may be run again: it adds what is missing. */
export function nestAdd({ sourceRoot = 'src', skipInstall = false }) {
  return (tree, context) => {
    const { logger } = context;
    edit(tree, `${sourceRoot}/app.module.ts`, addModule, (file) =>
      logger.warn(
        `${file} has no @Module({ … }): add ${MODULE} to the imports of your root module yourself.`,
      ),
    );
    edit(tree, `${sourceRoot}/main.ts`, addShutdownHooks, (file) =>
      logger.warn(
        `${file} creates no application as usual: call app.${HOOKS} in it, or the node cannot leave gracefully.`,
      ),
    );
    if (
      edit(tree, 'package.json', addDependencies, (file) => logger.warn(`There is no ${file} here.`)) &&
      !skipInstall
    ) {
      context.addTask(install(lockedBy((file) => tree.exists(file))));
    }
    return tree;
  };
}

/** @returns whether the file has changed */
function edit(tree, file, change, onUnknown) {
  const before = tree.exists(file) ? tree.readText(file) : undefined;
  const after = before === undefined ? undefined : change(before);
  if (after === undefined) onUnknown(file);
  else if (after !== before) tree.overwrite(file, after);
  return after !== undefined && after !== before;
}

/** The task `node-package` of @angular-devkit/schematics. */
function install(packageManager) {
  const options = { command: 'install', quiet: true, hideOutput: true, packageManager };
  return { toConfiguration: () => ({ name: 'node-package', options }) };
}
