// What a finished job looks like on the screen.
import { formatBytes, formatCount, formatTable } from './format.mjs';

/** @param {any} result the answer of GET /jobs/:id/result */
export function describeResult(result) {
  const totals = formatTable([
    ['lines', formatCount(result.lines)],
    ['bytes', formatCount(result.bytes)],
    ['words', formatCount(result.words)],
    ['distinct terms', formatCount(result.distinctTerms)],
  ]);
  const terms = formatTable(result.topTerms.map(({ term, count }) => [term, formatCount(count)]));
  const nodes = formatTable([
    ['node', 'chunks', 'bytes', 'share'],
    ...result.nodes.map(({ node, chunks, bytes }) => [
      node,
      formatCount(chunks),
      formatBytes(bytes),
      `${result.bytes > 0 ? Math.round((100 * bytes) / result.bytes) : 0} %`,
    ]),
  ]);
  return `result\n${totals}\n\nmost frequent terms\n${terms}\n\nwho did it\n${nodes}`;
}

/**
 * @param {Record<'lines' | 'bytes' | 'words', number>} result
 * @param {Record<'lines' | 'bytes' | 'words', number>} reference what the commands counted
 */
export function compare(result, reference) {
  const rows = ['lines', 'bytes', 'words'].map((what) => ({
    what,
    equal: result[what] === reference[what],
    job: result[what],
    commands: reference[what],
  }));
  const text = formatTable([
    ['', 'job', 'wc, grep', ''],
    ...rows.map(({ what, equal, job, commands }) => [
      what,
      formatCount(job),
      formatCount(commands),
      equal ? 'OK' : 'DIFFERENT',
    ]),
  ]);
  return { equal: rows.every(({ equal }) => equal), text };
}
