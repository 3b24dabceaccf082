import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');
/** Inside the repository, so that packages resolve as in a user's app. */
const SCRATCH = join(ROOT, '.cache/readme-code');

/** The READMEs and the pages of docs/. */
function pages(): string[] {
  const libraries = readdirSync(join(ROOT, 'libs')).map((name) => join(ROOT, 'libs', name, 'README.md'));
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(ROOT, 'docs', file));
  return [join(ROOT, 'README.md'), ...libraries, ...docs];
}

function codeOf(readme: string): string[] {
  return [...readFileSync(readme, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
}

describe('the code in the READMEs and in docs/', () => {
  afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));

  it('compiles against the libraries', () => {
    rmSync(SCRATCH, { recursive: true, force: true });
    mkdirSync(SCRATCH, { recursive: true });
    const files = pages().flatMap((readme) =>
      codeOf(readme).map((code, i) => {
        const file = join(SCRATCH, `${relative(ROOT, readme).replace(/\W/g, '_')}_${i}.ts`);
        writeFileSync(file, `${code}\nexport {};\n`);
        return file;
      }),
    );
    expect(files.length).toBeGreaterThan(12);
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.spec.json'), (path) =>
      ts.sys.readFile(path),
    ) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    const program = ts.createProgram(files, options);
    const problems = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const at = diagnostic.file
        ? `${relative(SCRATCH, diagnostic.file.fileName)}:${diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1}`
        : '';
      return `${at} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
    expect(problems).toEqual([]);
  });
});
