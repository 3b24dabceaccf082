import { readMarkdown } from './markdown-blocks.js';

describe('the code blocks of a page', () => {
  it('are those of a language that is of use, at their lines', () => {
    const page = [
      '# Title',
      '```yaml',
      'a: 1',
      '```',
      '```ts',
      'b: 2',
      '```',
      '~~~Dockerfile',
      'FROM a',
      '~~~',
      '```',
      'c: 3',
      '```',
    ];
    expect(readMarkdown('p.md', page.join('\n'))).toEqual([
      { file: 'p.md', kind: 'yaml', text: 'a: 1', firstLine: 3 },
      { file: 'p.md', kind: 'dockerfile', text: 'FROM a', firstLine: 9 },
    ]);
  });

  it('lose the indentation of the list that they stand in, and no more', () => {
    const page = '- x\n  ```yml\n  a:\n    b: 1\n  ```\n';
    expect(readMarkdown('p.md', page)[0]).toMatchObject({ text: 'a:\n  b: 1', firstLine: 3 });
  });

  it('end at a fence as long as their own, or at the end of the page', () => {
    const page = '````sh\n```\nA=1\n````\n```env\nB=2';
    expect(readMarkdown('p.md', page).map(({ kind, text }) => [kind, text])).toEqual([
      ['shell', '```\nA=1'],
      ['variables', 'B=2'],
    ]);
  });

  it('are never of a language that only an object would know', () => {
    expect(readMarkdown('p.md', '```constructor\na\n```')).toEqual([]);
  });
});
