export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Numbers stand to the right. Default left. */
  readonly align?: 'right';
}

const GAP = '  ';

/** Rows under titles, each column as wide as its widest cell. Ends with a line break. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  return aligned(
    lines,
    columns.map(({ align }) => align),
  );
}

/** Lines of cells, one under the other. */
export function aligned(
  lines: readonly (readonly string[])[],
  aligns: readonly (Column<never>['align'] | undefined)[],
): string {
  const widths = aligns.map((_, column) => Math.max(0, ...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) => {
      const cells = line.map((cell, column) => {
        const padding = ' '.repeat(widths[column]! - widthOf(cell));
        return aligns[column] === 'right' ? padding + cell : cell + padding;
      });
      return `${cells.join(GAP).trimEnd()}\n`;
    })
    .join('');
}

/** Characters, not the units of UTF-16. */
const widthOf = (text: string) => [...text].length;
