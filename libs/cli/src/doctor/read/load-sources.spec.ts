import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from '../../command.js';
import { loadSources } from './load-sources.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-doctor-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe('the sources', () => {
  it('are what a folder holds at any depth, in one order, but not what others wrote', () => {
    write({
      'b/c.yaml': '',
      'a.yml': '',
      'node_modules/x/y.yaml': '',
      '.git/z.yaml': '',
      'page.md': '```yaml\n```',
    });
    const { texts, files } = loadSources(['.'], folder);
    expect(texts.map(({ file }) => file)).toEqual(['a.yml', 'b/c.yaml']);
    expect(files).toBe(2);
  });

  it('are each read once, however often they are named', () => {
    write({ 'a/b.yaml': '' });
    expect(loadSources(['a', '.', 'a/b.yaml'], folder).texts.map(({ file }) => file)).toEqual(['a/b.yaml']);
  });

  it('are the code blocks of a page that is named', () => {
    write({ 'page.md': 'x\n```yaml\na: 1\n```\n' });
    expect(loadSources(['page.md'], folder).texts).toEqual([
      { file: 'page.md', kind: 'yaml', text: 'a: 1', firstLine: 3 },
    ]);
  });

  it('are not Helm templates, which are named with the reason', () => {
    write({ 'chart/Chart.yaml': '', 'chart/templates/a.yaml': '{{ x }}', 'templates/b.yaml': '' });
    const { texts, skipped } = loadSources(['.'], folder);
    expect(texts.map(({ file }) => file)).toEqual(['chart/Chart.yaml', 'templates/b.yaml']);
    expect(skipped).toEqual([
      { file: 'chart/templates', reason: expect.stringContaining('helm template') as string },
    ]);
  });

  it('know whether a .dockerignore is beside a Dockerfile or above it', () => {
    write({ 'with/.dockerignore': '', 'with/deep/Dockerfile': '', 'without/Dockerfile': '' });
    expect(loadSources(['.'], folder).texts.map(({ hasIgnoreFile }) => hasIgnoreFile)).toEqual([true, false]);
  });

  it('know whether git tracks a file of variables', () => {
    write({ 'a.env': '', 'b.env': '' });
    expect(loadSources(['.'], folder).texts.map(({ isTracked }) => isTracked)).toEqual([false, false]);
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    execFileSync('git', ['add', 'a.env'], { cwd: folder });
    expect(loadSources(['.'], folder).texts.map(({ isTracked }) => isTracked)).toEqual([true, false]);
  });

  it.each([
    ['nowhere', /no file or folder nowhere/],
    ['main.ts', /main\.ts is neither YAML/],
  ])('cannot come from %s', (path, message) => {
    write({ 'main.ts': '' });
    expect(() => loadSources([path], folder)).toThrow(UsageError);
    expect(() => loadSources([path], folder)).toThrow(message);
  });
});
