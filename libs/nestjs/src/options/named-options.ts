import { InvalidOptionsError } from '@noex/contracts';
import type { NoexModuleOptions } from './noex-options.js';
import { invalidOptions, type OptionViolation } from './option-violation.js';
import { resolveNoexOptions } from './resolve-options.js';
import type { ResolvedNoexOptions } from './resolved-options.js';

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
/** Facts about the machine, which all nodes of an app share. */
const OF_MACHINE: ReadonlySet<string> = new Set(['POD_IP']);

/** @throws InvalidOptionsError for what cannot name a node in its app. */
export function requireAppNodeName(name: unknown): void {
  if (typeof name === 'string' && NAME.test(name)) return;
  throw new InvalidOptionsError(
    `a node's name in its app is 1 to 63 letters, digits, "_" or "-", beginning with a letter, unlike ${JSON.stringify(name)}: NoexModule.forRoot({ name: 'eu', … })`,
  );
}

/** What the variables of a named node begin with: `EU_` for `eu`, `EU_WEST_` for `eu-west`. */
export function variablePrefix(name: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_`;
}

/**
 * As `resolveNoexOptions`. A named node does not read the variables of the node without a name: they would give it the same port and the same
 * peers. Its own begin with its name: `EU_CLUSTER_PORT`.
 */
export function resolveOptionsOf(
  name: string | undefined,
  code: NoexModuleOptions | undefined,
  env: NodeJS.ProcessEnv,
): ResolvedNoexOptions {
  if (name === undefined) return resolveNoexOptions(code, env);
  const prefix = variablePrefix(name);
  try {
    return resolveNoexOptions(code, ownVariables(prefix, env));
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    throw describedFor(name, prefix, error);
  }
}

function ownVariables(prefix: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(env);
  const own = entries.filter(([variable]) => variable.startsWith(prefix));
  return Object.fromEntries([
    ...entries.filter(([variable]) => OF_MACHINE.has(variable)),
    ...own.map(([variable, value]) => [variable.slice(prefix.length), value]),
  ]) as NodeJS.ProcessEnv;
}

function describedFor(name: string, prefix: string, error: InvalidOptionsError): InvalidOptionsError {
  const violations = (error.data['violations'] as OptionViolation[]).map(({ variable, ...violation }) => ({
    ...violation,
    ...(variable === undefined || OF_MACHINE.has(variable) ? { variable } : { variable: prefix + variable }),
  }));
  const { message } = invalidOptions(violations as OptionViolation[]);
  return new InvalidOptionsError(
    `${message}\nThese are options of the node that the app calls "${name}"; its variables all begin with ${prefix}`,
    { node: name, violations },
  );
}
