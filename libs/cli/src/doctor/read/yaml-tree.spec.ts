import fc from 'fast-check';
import { parseYaml } from './yaml-tree.js';

const tree = (text: string) => parseYaml(text, 1).documents[0]!;

describe('a YAML tree', () => {
  it('knows the line of each key and list item, counted from where its text begins', () => {
    const { documents } = parseYaml('a:\n  b:\n    - 1\n    - c: 2\n---\nd: 3\n', 10);
    expect(documents.map(({ line }) => line)).toEqual([10, 15]);
    const [first, second] = documents;
    expect(first!.at('a', 'b')!.line).toBe(11);
    expect(first!.at('a', 'b')!.items.map(({ line }) => line)).toEqual([12, 13]);
    expect(first!.at('a', 'b')!.items[1]!.at('c')!.line).toBe(13);
    expect(second!.at('d')!.line).toBe(15);
  });

  it('has nothing where nothing is', () => {
    const { documents } = parseYaml('a: null\nb: []\nc: x\n', 1);
    const [root] = documents;
    expect(root!.at('a')!.text).toBeUndefined();
    expect(root!.at('c', 'd', 'e')).toBeUndefined();
    expect(root!.at('c')!.number).toBeUndefined();
    expect(root!.at('c')!.items).toEqual([]);
    expect(root!.at('b')!.entries).toEqual([]);
    expect(parseYaml('', 1)).toEqual({ documents: [] });
    expect(parseYaml('# only a comment\n', 1)).toEqual({ documents: [] });
  });

  it('takes what anchors share, and what is merged unless it is overridden', () => {
    const root = tree('base: &base { a: 1, b: 2 }\nuser: { <<: *base, b: 3 }\nalso: *base\n');
    expect(root.at('user')!.texts).toEqual({ a: '1', b: '3' });
    expect(root.at('also')!.texts).toEqual({ a: '1', b: '2' });
  });

  it('ends where an anchor holds itself', () => {
    expect(tree('a: &a\n  b: *a\n').at('a', 'b')!.entries).toEqual([]);
  });

  it('does not grow by aliases of aliases', () => {
    const levels = Array.from({ length: 40 }, (_, n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}, *l${n}]`);
    const root = tree(`l0: &l0 [x]\n${levels.join('\n')}\n`);
    expect(root.at('l40')!.items).toHaveLength(3);
  });

  it.each([
    ['an open bracket', 'a: 1\nb: [1, 2\nc: 3\n', 3],
    ['a tab as indentation', 'a:\n\tb: 1\n', 2],
    ['a key that stands twice', 'a: 1\nb: 2\na: 3\n', 3],
  ])('names the line of what is no YAML: %s', (_what, text, line) => {
    expect(parseYaml(text, 1).problem!.line).toBe(line);
    expect(parseYaml(text, 101).problem!.line).toBe(line + 100);
  });

  it('gives up on nesting without end', () => {
    expect(parseYaml('['.repeat(50_000), 7).problem).toMatchObject({ line: 7 });
  });

  it('throws for no text at all', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '\t',
      '[',
      '{',
      '}',
      ']',
      '&a ',
      '*a',
      '<<',
      '---',
      '!!',
      '"',
      "'",
      '|',
      '>',
      '#',
      '?',
      ',',
      '%',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const { documents, problem } = parseYaml(text, 1);
          const lines = text.split('\n').length;
          for (const { line } of [...documents, ...(problem ? [problem] : [])]) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
