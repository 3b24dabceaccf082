import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UsageError } from '../../command.js';
import { fileKind, isSkippedFolder } from './file-kind.js';
import { readMarkdown } from './markdown-blocks.js';
import type { SourceText } from './source-text.js';

export interface LoadedSources {
  readonly texts: readonly SourceText[];
  /** Files that were read. */
  readonly files: number;
  /** Files that look like manifests and were not read. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Reads what the paths name: a folder with all below it, or a file of any name. Paths in the result are relative to
 * `cwd`.
 * @throws UsageError for a path that is not there or cannot be read
 */
export function loadSources(paths: readonly string[], cwd: string): LoadedSources {
  const loading = new Loading(cwd);
  for (const path of paths) loading.add(path);
  return loading.result();
}

class Loading {
  private readonly texts = new Map<string, readonly SourceText[]>();
  private readonly skipped = new Map<string, string>();

  constructor(private readonly cwd: string) {}

  add(path: string): void {
    const full = resolve(this.cwd, path);
    const stats = statSync(full, { throwIfNoEntry: false });
    if (!stats) throw new UsageError(`there is no file or folder ${path}`);
    try {
      if (stats.isDirectory()) this.addFolder(full, full);
      else this.addNamed(full);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || error instanceof UsageError) throw error;
      throw new UsageError(`cannot read ${(error as NodeJS.ErrnoException).path ?? path} (${code})`, {
        cause: error,
      });
    }
  }

  private addFolder(folder: string, root: string): void {
    const entries = readdirSync(folder, { withFileTypes: true });
    const isChart = entries.some(({ name }) => name === 'Chart.yaml');
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && isChart && entry.name === 'templates') {
        this.skipped.set(this.shown(path), 'Helm templates; render them first: helm template . --output-dir');
      } else if (entry.isDirectory()) {
        if (!isSkippedFolder(entry.name)) this.addFolder(path, root);
      } else if (entry.isFile() && fileKind(entry.name) !== undefined) {
        this.addFile(path, root);
      }
    }
  }

  private addNamed(path: string): void {
    if (/\.(md|markdown)$/i.test(path)) {
      const file = this.shown(path);
      this.texts.set(file, readMarkdown(file, readFileSync(path, 'utf8')));
      return;
    }
    if (fileKind(path) === undefined) {
      throw new UsageError(
        `${this.shown(path)} is neither YAML (.yaml, .yml), a Dockerfile, a file of variables (.env) nor Markdown (.md)`,
      );
    }
    this.addFile(path, dirname(path));
  }

  private addFile(path: string, root: string): void {
    const file = this.shown(path);
    const kind = fileKind(path)!;
    this.texts.set(file, [
      {
        file,
        kind,
        text: readFileSync(path, 'utf8'),
        firstLine: 1,
        ...(kind === 'dockerfile' ? { hasIgnoreFile: hasIgnoreFile(path, root) } : {}),
        ...(kind === 'variables' ? { isTracked: isTracked(path) } : {}),
      },
    ]);
  }

  private shown(path: string): string {
    return relative(this.cwd, path).replaceAll('\\', '/') || '.';
  }

  result(): LoadedSources {
    return {
      texts: [...this.texts.values()].flat(),
      files: this.texts.size,
      skipped: [...this.skipped].map(([file, reason]) => ({ file, reason })),
    };
  }
}

/** Beside it, or anywhere above up to the folder that was given: the context of a build may be larger than its folder. */
function hasIgnoreFile(dockerfile: string, root: string): boolean {
  if (existsSync(`${dockerfile}.dockerignore`)) return true;
  for (let folder = dirname(dockerfile); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.dockerignore'))) return true;
    if (folder === root || folder === dirname(folder)) return false;
  }
}

/** Without git, or outside a repository, nothing is. */
function isTracked(path: string): boolean {
  try {
    const name = basename(path);
    execFileSync('git', ['ls-files', '--error-unmatch', '--', name], { cwd: dirname(path), stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
