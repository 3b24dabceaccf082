import fc from 'fast-check';
import { aligned, table } from './table.js';

it('is as wide as its widest cells, numbers to the right, with nothing at the ends of lines', () => {
  const rows = [
    { name: 'a', count: 1, note: '' },
    { name: 'žluť', count: 1234, note: 'seen' },
  ];
  expect(
    table(rows, [
      { title: 'NAME', text: ({ name }) => name },
      { title: 'N', text: ({ count }) => String(count), align: 'right' },
      { title: 'NOTE', text: ({ note }) => note },
    ]),
  ).toBe('NAME     N  NOTE\na        1\nžluť  1234  seen\n');
});

it('has each cell at the place of its column, whatever the cells hold', () => {
  const cell = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => `<${text.replace(/\s/g, '_')}>`);
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (lines) => {
      const text = aligned(lines, [undefined, 'right', undefined])
        .split('\n')
        .map((line) => [...line]);
      const width = (column: number) => Math.max(...lines.map((line) => [...line[column]!].length));
      lines.forEach((line, n) => {
        const at = (column: number, from: number) =>
          expect(text[n]!.slice(from, from + [...line[column]!].length).join('')).toBe(line[column]);
        at(0, 0);
        at(1, width(0) + 2 + width(1) - [...line[1]].length);
        at(2, width(0) + 2 + width(1) + 2);
      });
    }),
  );
});
