import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const PAGE = join(__dirname, '../../docs/guarantees.md');
/** Under this heading stands what has no proof yet, so nothing there is held to one. */
const WITHOUT_PROOF = 'Not promised yet';
/** Stands in a title for what the source fills in: a `%s` or `$name` of `it.each`, a `${…}`. */
const HOLE = '\0';

interface Link {
  readonly title: string;
  readonly file: string;
}

interface PromiseLine {
  readonly text: string;
  readonly links: readonly Link[];
}

/** The list items of the page; what prettier or an author wraps belongs to the item before it. */
function promises(page: string): PromiseLine[] {
  return page
    .split(/^## /m)
    .filter((section) => !section.startsWith(WITHOUT_PROOF))
    .flatMap((section) => section.split(/^- /m).slice(1))
    .map((item) => {
      const text = item
        .replace(/\n\n[\s\S]*/, '')
        .replace(/\s+/g, ' ')
        .trim();
      const links = [...text.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
      return { text, links: links.map(([, title, file]) => ({ title: title!, file: file! })) };
    });
}

/** A title as `it`, `describe` and their `.each` take it; undefined where it is not written there. */
function titleOf(argument: ts.Node | undefined, isTemplate: boolean): string | undefined {
  if (!argument) return undefined;
  if (ts.isTemplateExpression(argument)) {
    return [argument.head.text, ...argument.templateSpans.map(({ literal }) => literal.text)].join(HOLE);
  }
  if (!ts.isStringLiteralLike(argument)) return undefined;
  return isTemplate ? argument.text.replace(/%[a-zA-Z#]|\$[\w.]+/g, HOLE) : argument.text;
}

/** `it('…')`, `it.each(…)('…')`, and the same of `describe`. */
function blockOf(call: ts.CallExpression): { kind: string; isTemplate: boolean } | undefined {
  const { expression } = call;
  if (ts.isIdentifier(expression)) return { kind: expression.text, isTemplate: false };
  if (!ts.isCallExpression(expression) && !ts.isTaggedTemplateExpression(expression)) return undefined;
  const each = ts.isCallExpression(expression) ? expression.expression : expression.tag;
  if (!ts.isPropertyAccessExpression(each) || each.name.text !== 'each') return undefined;
  return ts.isIdentifier(each.expression) ? { kind: each.expression.text, isTemplate: true } : undefined;
}

/** `it.skip('…')`, `describe.skip('…')`: what is in there proves nothing. */
function isSkipped({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && expression.name.text === 'skip';
}

/** For each test of a source its title behind those of the `describe` around it, outermost first. */
function testsOf(source: string): string[][] {
  const tests: string[][] = [];
  const visit = (node: ts.Node, around: readonly string[]): void => {
    let path = around;
    if (ts.isCallExpression(node)) {
      if (isSkipped(node)) return;
      const block = blockOf(node);
      const title = block && titleOf(node.arguments[0], block.isTemplate);
      if (title !== undefined && block!.kind === 'describe') path = [...around, title];
      if (title !== undefined && (block!.kind === 'it' || block!.kind === 'test'))
        tests.push([...around, title]);
    }
    ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest), []);
  return tests;
}

/** Whether a link's text is the title of this test, with as many of the `describe` around it as the text names. */
function names(text: string, path: readonly string[]): boolean {
  // It would be any text.
  if (path.at(-1) === HOLE) return false;
  return path.some((_, from) => {
    const parts = path.slice(from).join(' > ').split(HOLE);
    const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+');
    return new RegExp(`^${pattern}$`).test(text);
  });
}

function problemsOf(page: string, read: (file: string) => string): string[] {
  const tests = new Map<string, string[][]>();
  const problemOf = ({ title, file }: Link): string[] => {
    try {
      if (!tests.has(file)) tests.set(file, testsOf(read(file)));
    } catch {
      return [`${file} is not there`];
    }
    return tests.get(file)!.some((path) => names(title, path)) ? [] : [`${file} has no test "${title}"`];
  };
  return promises(page).flatMap(({ text, links }) =>
    links.length > 0 ? links.flatMap(problemOf) : [`nothing proves "${text}"`],
  );
}

describe('docs/guarantees.md', () => {
  const page = readFileSync(PAGE, 'utf8');

  it('links each promise to tests that are there, by their titles', () => {
    expect(problemsOf(page, (file) => readFileSync(join(dirname(PAGE), file), 'utf8'))).toEqual([]);
    expect(promises(page).length).toBeGreaterThan(50);
  });
});

describe('the check of the promises', () => {
  const source = `
    describe('a call', () => {
      it('ends once', () => {});
      it.each(['a', 'b'])('ends with %s, once', () => {});
      it.each\`x\`('tagged %s', () => {});
      it.each(['c'])('%s', () => {});
      it.each([{ n: 1 }])('counts $n times', () => {});
      it.skip('sleeps', () => {});
      describe.skip('at night', () => it('sleeps', () => {}));
    });
    describe.each([1])('on node %i', () => it('works', () => {}));
    const suite = (name: string) => describe(\`suite: \${name}\`, () => it('is (very) exact', () => {}));
  `;
  const check = (page: string) =>
    problemsOf(page, (file) => {
      if (file === 'a.spec.ts') return source;
      throw new Error(`no file ${file}`);
    });
  const link = (title: string) => check(`- It does. — [${title}](a.spec.ts)`);

  it.each([
    'ends once',
    'a call > ends once',
    'ends with b, once',
    'ends with %s, once',
    'counts 2 times',
    'a call > tagged y',
    'on node 1 > works',
    'suite: tcp > is (very) exact',
  ])('takes the title "%s"', (title) => {
    expect(link(title)).toEqual([]);
  });

  it.each([
    'ends',
    'ends once ',
    'a cast > ends once',
    'ends with , once',
    'a call',
    'sleeps',
    'is very exact',
  ])('finds that no test has the title "%s"', (title) => {
    expect(link(title)).toEqual([`a.spec.ts has no test "${title}"`]);
  });

  it('finds that a file is gone', () => {
    expect(check('- It does. — [ends once](b.spec.ts)')).toEqual(['b.spec.ts is not there']);
  });

  it('finds a promise without a link, and lets what is not promised yet do without', () => {
    const page =
      '## Messages\n\n- One.\n- Two. — [ends\n  once](a.spec.ts)\n\n## Not promised yet\n\n- Three.\n';
    expect(check(page)).toEqual(['nothing proves "One."']);
  });

  it('looks at every link of a promise', () => {
    expect(check('- It does. — [ends once](a.spec.ts), [ends twice](a.spec.ts)')).toEqual([
      'a.spec.ts has no test "ends twice"',
    ]);
  });
});
