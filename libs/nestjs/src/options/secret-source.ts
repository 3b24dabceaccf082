import { parseSecretFile } from '@noex/transport-tcp';
import type { GivenOption } from './given-option.js';
import type { Machine } from './machine.js';

/** The secrets as given, or why they could not be had. */
export interface GivenSecrets {
  /** Its value is `undefined` for "no secret". */
  readonly given: GivenOption;
  /** The file they came from. */
  readonly file?: string;
  /** What was expected instead, where a variable was set but gave no value. */
  readonly problem?: string;
}

/** Code, else `CLUSTER_SECRET`, else the file `CLUSTER_SECRET_FILE` names. Set but empty is never "no secret". */
export function readSecrets(
  inCode: unknown,
  env: NodeJS.ProcessEnv,
  readFile: Machine['readFile'],
): GivenSecrets {
  if (inCode !== undefined) {
    return { given: { value: typeof inCode === 'string' ? split(inCode) : inCode, source: 'code' } };
  }
  const text = env['CLUSTER_SECRET'];
  const path = env['CLUSTER_SECRET_FILE'];
  if (path === undefined) {
    if (text === undefined) return { given: { value: undefined, source: 'default' } };
    return { given: { value: split(text), source: 'environment', variable: 'CLUSTER_SECRET' } };
  }

  const unusable = (problem: string): GivenSecrets => ({
    given: { value: null, source: 'environment', variable: 'CLUSTER_SECRET_FILE' },
    problem,
  });
  if (text !== undefined) return unusable('CLUSTER_SECRET or CLUSTER_SECRET_FILE to be set, not both');
  let content: string;
  try {
    content = readFile(path);
  } catch (error) {
    // Neither the path nor the error's message: people put the secret itself into this variable.
    return unusable(`the path of a readable file (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
  }
  const secrets = parseSecretFile(content);
  if (secrets.length === 0) return unusable('a file that holds a secret; it is empty');
  return {
    given: { value: secrets, source: 'environment', variable: 'CLUSTER_SECRET_FILE' },
    file: path,
  };
}

/** Empty entries stay: a stray comma must not pass as one secret fewer. */
function split(text: string): string[] {
  return text.split(',').map((secret) => secret.trim());
}
