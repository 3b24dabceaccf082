import { readFileSync } from 'node:fs';
import { parseSecretFile, secretProblem } from '@noex/contracts';
import { loadTlsFiles, TLS_FILE_NAMES, type TlsFiles, type TlsMaterial } from './tls-files.js';

/** What keeps strangers out of the links, as it is at the start. */
export type Protection =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'secrets';
      readonly secrets: readonly string[];
      /** Where they came from, if they are to be read again. */
      readonly file?: { readonly path: string; readonly text: string };
    }
  | { readonly kind: 'certificates'; readonly files: TlsFiles; readonly material: TlsMaterial };

export interface ProtectionOptions {
  readonly secrets?: readonly string[];
  readonly secretFile?: string;
  readonly tls?: TlsFiles;
}

/** Reads the files. Adds what is wrong to `problems`: never a secret, and no path, for which a secret may have been mistaken. */
export function resolveProtection(options: ProtectionOptions, problems: string[]): Protection {
  const { secrets = [], secretFile, tls } = options;
  const given = [secrets.length > 0, secretFile !== undefined, tls !== undefined].filter(Boolean);
  if (given.length > 1) {
    problems.push('secrets, secretFile and tls are given together; give one of them, the same on every node');
  }
  if (tls !== undefined) return certificates(tls, problems);
  if (secretFile !== undefined) return secretsFrom(secretFile, problems);
  return secrets.length > 0 ? { kind: 'secrets', secrets } : { kind: 'none' };
}

/** What is wrong with secrets for a node that listens there. */
export function protectionProblem(protection: Protection, exposed: boolean): string | undefined {
  if (protection.kind !== 'secrets') return undefined;
  return secretProblem(protection.secrets, { exposed, shortIsFor: 'only a node on loopback may have' });
}

function secretsFrom(path: string, problems: string[]): Protection {
  try {
    const text = readFileSync(path, 'utf8');
    const secrets = parseSecretFile(text);
    if (secrets.length === 0) problems.push('secretFile is empty; write a long random text into it');
    return { kind: 'secrets', secrets, file: { path, text } };
  } catch (error) {
    problems.push(`secretFile cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`);
    return { kind: 'secrets', secrets: [] };
  }
}

function certificates(files: TlsFiles, problems: string[]): Protection {
  const absent = TLS_FILE_NAMES.filter((name) => typeof files[name] !== 'string' || files[name] === '');
  for (const name of absent) problems.push(`tls.${name} is missing; tls needs certFile, keyFile and caFile`);
  if (absent.length > 0) return { kind: 'certificates', files, material: { cert: '', key: '', ca: '' } };
  const loaded = loadTlsFiles(files, (path) => readFileSync(path, 'utf8'), new Date());
  for (const { file, expected } of loaded.problems) problems.push(`tls.${file}: expected ${expected}`);
  return { kind: 'certificates', files, material: loaded.material };
}
