import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { runModule } from '../tools/run-module.js';
import { blocksOf, pages, ROOT } from './pages.js';

/** Inside the repository, so that packages resolve as in a user's app. */
const SCRATCH = join(ROOT, '.cache/readme-code');

/** A file of an app that is on no page, because a command of that page makes it. */
const SCAFFOLDED = 'docs_guide_getting_started_md/src/cart/cart.behavior.ts';

/** Writes the code of a page to files; those of an app by their titles, so that they can import each other. */
function filesOf(page: string): string[] {
  const name = page.replace(/\W/g, '_');
  return blocksOf(page)
    .filter(({ language }) => language === 'ts')
    .map(({ title, text }, i) => write(title ? `${name}/${title}` : `${name}_${i}.ts`, text));
}

function write(name: string, code: string): string {
  const file = join(SCRATCH, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${code}\nexport {};\n`);
  return file;
}

/** What is wrong in the files themselves: the libraries are checked elsewhere, and checking them here would take most of the time. */
function problemsOf(files: readonly string[]): string[] {
  const read = (path: string) => ts.sys.readFile(path);
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.spec.json'), read) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(files, options);
  const ofFiles = files.flatMap((file) => {
    const source = program.getSourceFile(file)!;
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  return [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...ofFiles].map(
    ({ file, start = 0, messageText }) => {
      const line = file && file.getLineAndCharacterOfPosition(start).line + 1;
      return `${file ? `${relative(SCRATCH, file.fileName)}:${line} ` : ''}${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    },
  );
}

describe('the code in the READMEs and in docs/', () => {
  beforeAll(() => rmSync(SCRATCH, { recursive: true, force: true }));
  afterAll(() => rmSync(SCRATCH, { recursive: true, force: true }));

  it('compiles against the libraries', () => {
    const scaffold = runModule(
      `import { behaviorFile } from './libs/nestjs/schematics/behavior/behavior.files.js';
      print(behaviorFile({ file: 'cart', className: 'CartBehavior' }));`,
    ) as string;
    const files = [write(SCAFFOLDED, scaffold), ...pages().flatMap(filesOf)];
    expect(new Set(files).size).toBe(files.length);
    expect(files.length).toBeGreaterThan(20);
    expect(problemsOf(files)).toEqual([]);
  }, 120_000);
});
