import { posix } from 'node:path';
import type { SourceKind } from './source-text.js';

/** Shows how a file could look: what stands in it is made up. */
const EXAMPLE = /\.(example|sample|template|dist)(\.|$)/;

/** What the doctor reads a file as, by its name; `undefined` for all others. */
export function fileKind(path: string): SourceKind | undefined {
  const name = posix.basename(path);
  if (EXAMPLE.test(name)) return undefined;
  if (/\.ya?ml$/.test(name) || name === 'Kustomization') return 'yaml';
  if (/\.dockerignore$/.test(name)) return undefined;
  if (/^(Dockerfile|Containerfile)(\..+)?$/.test(name) || /\.dockerfile$/i.test(name)) return 'dockerfile';
  return /^\.env(\..+)?$/.test(name) || name.endsWith('.env') ? 'variables' : undefined;
}

/** Folders that hold what others wrote or what was built. */
export function isSkippedFolder(name: string): boolean {
  return name === 'node_modules' || name === 'dist' || name.startsWith('.');
}
