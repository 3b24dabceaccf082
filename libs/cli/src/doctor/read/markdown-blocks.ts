import type { SourceKind, SourceText } from './source-text.js';

const KINDS: Readonly<Record<string, SourceKind>> = {
  yaml: 'yaml',
  yml: 'yaml',
  dockerfile: 'dockerfile',
  docker: 'dockerfile',
  sh: 'shell',
  bash: 'shell',
  shell: 'shell',
  dotenv: 'variables',
  env: 'variables',
};

/** The fenced code blocks of a page whose language says that they are of use here. */
export function readMarkdown(file: string, text: string): SourceText[] {
  const blocks: SourceText[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const [, indent, fence, language] = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/.exec(lines[at]!) ?? [];
    if (fence === undefined) continue;
    const start = at + 1;
    const closing = new RegExp(`^\\s*${fence[0]}{${fence.length},}\\s*$`);
    at = lines.findIndex((line, index) => index >= start && closing.test(line));
    if (at < 0) at = lines.length;
    const kind = Object.hasOwn(KINDS, language!.toLowerCase()) ? KINDS[language!.toLowerCase()] : undefined;
    if (kind === undefined) continue;
    const content = lines.slice(start, at).map((line) => outdent(line, indent!.length));
    blocks.push({ file, kind, text: content.join('\n'), firstLine: start + 1 });
  }
  return blocks;
}

function outdent(line: string, by: number): string {
  return line.slice(0, by).trim() === '' ? line.slice(by) : line;
}
