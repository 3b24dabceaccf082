import type { Variable } from '../model/variable.js';
import type { SourceText } from './source-text.js';

/** `NAME=value` lines, as dotenv and Compose read them. */
export function readVariables({ file, text, firstLine }: SourceText): Variable[] {
  return text.split(/\r?\n/).flatMap((content, index) => {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(content) ?? [];
    return name === undefined ? [] : [variable(name, value!, file, firstLine + index)];
  });
}

/** The assignments to variables of noex anywhere in a script: `export X=…`, `X=… node`, `docker run -e X=…`. */
export function readShell({ file, text, firstLine }: SourceText): Variable[] {
  return text
    .split(/\r?\n/)
    .flatMap((content, index) =>
      content.trimStart().startsWith('#')
        ? []
        : [...content.matchAll(/(?:^|[\s"'])([A-Z_]+)=("[^"]*"|'[^']*'|[^\s;&|]*)/g)].map(([, name, value]) =>
            variable(name!, value!, file, firstLine + index),
          ),
    );
}

function variable(name: string, given: string, file: string, line: number): Variable {
  const [, quote, quoted] = /^\s*(["'])(.*?)\1/.exec(given) ?? [];
  const raw = quoted ?? given.replace(/\s+#.*$/, '').trim();
  const isKnown = quote === "'" || !raw.includes('$');
  return { name, raw, value: isKnown ? raw : undefined, origin: 'literal', file, line };
}
