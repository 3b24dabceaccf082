import { didYouMean } from './did-you-mean.js';
import { OPTION_PATHS, type OptionPath } from './option-fields.js';

/** Options from code by path, and the keys that are none. */
export interface CodeOptions {
  readonly values: ReadonlyMap<OptionPath, unknown>;
  readonly unknown: readonly UnknownKey[];
}

export interface UnknownKey {
  readonly path: string;
  /** The option it was most likely meant to be. */
  readonly meant?: string;
}

/** Flattens `{ shutdown: { drainMs } }` to `shutdown.drainMs`. `undefined` means "not given", at any depth. */
export function readCodeOptions(options: object): CodeOptions {
  const values = new Map<OptionPath, unknown>();
  const unknown: UnknownKey[] = [];

  const readLevel = (level: object, prefix: string): void => {
    const names = namesUnder(prefix);
    for (const [name, value] of Object.entries(level)) {
      const path = prefix + name;
      if (!isOptionPath(path)) {
        const meant = didYouMean(name, names);
        unknown.push(meant === undefined ? { path } : { path, meant: prefix + meant });
      } else if (isObject(value) && namesUnder(`${path}.`).length > 0) {
        values.set(path, {});
        readLevel(value, `${path}.`);
      } else if (value !== undefined) {
        values.set(path, value);
      }
    }
  };

  readLevel(options, '');
  return { values, unknown };
}

function namesUnder(prefix: string): string[] {
  return OPTION_PATHS.filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length))
    .filter((name) => !name.includes('.'));
}

function isOptionPath(path: string): path is OptionPath {
  return (OPTION_PATHS as string[]).includes(path);
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
