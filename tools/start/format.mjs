export function formatBytes(bytes) {
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

/** With thin groups of thousands, the same on every machine. */
export function formatCount(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/**
 * Columns as wide as they have to be; all but the first right-aligned.
 * @param {(string | number)[][]} rows
 */
export function formatTable(rows, indent = '  ') {
  const texts = rows.map((row) => row.map(String));
  const widths = texts[0]?.map((_, column) => Math.max(...texts.map((row) => row[column].length))) ?? [];
  return texts
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      );
      return indent + cells.join('  ').trimEnd();
    })
    .join('\n');
}
