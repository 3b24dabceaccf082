import { readShell, readVariables } from './variables-text.js';

const source = (text: string) => ({ file: 'f', kind: 'variables' as const, text, firstLine: 1 });
const shown = ({ name, value, line }: { name: string; value: string | undefined; line: number }) => [
  name,
  value,
  line,
];

describe('a file of variables', () => {
  it('is read by lines, without comments and quotes', () => {
    const text = '# A=0\nA=1 # one\nexport B="two words"\n\nC=\'$5\'\nD=${A}\nnonsense\n';
    expect(readVariables(source(text)).map(shown)).toEqual([
      ['A', '1', 2],
      ['B', 'two words', 3],
      ['C', '$5', 5],
      ['D', undefined, 6],
    ]);
  });
});

describe('a script', () => {
  it('is read for assignments, wherever they stand', () => {
    const text = '# A=0\nexport A=1; B="two words" node main.js\ndocker run -e C=$(pwd) image\n';
    expect(readShell(source(text)).map(shown)).toEqual([
      ['A', '1', 2],
      ['B', 'two words', 2],
      ['C', undefined, 3],
    ]);
  });
});
