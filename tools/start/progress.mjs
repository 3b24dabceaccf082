// Progress on a terminal as a bar, elsewhere as a line every tenth of the way.
import { formatBytes } from './format.mjs';

const BAR_WIDTH = 30;
const REDRAW_MS = 80;

/**
 * @param {string} title
 * @param {number} total bytes
 * @param {NodeJS.WriteStream} stream
 */
export function progress(title, total, stream = process.stdout) {
  let drawn = -Infinity;
  let tenths = 0;

  const text = (done) => `${formatBytes(done)} of ${formatBytes(total)}`;
  const share = (done) => (total > 0 ? Math.min(1, done / total) : 1);
  const drawBar = (done, end) => {
    const filled = Math.round(share(done) * BAR_WIDTH);
    const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
    stream.write(`\r\x1b[2K${title.padEnd(9)} [${bar}] ${text(done)}${end}`);
  };

  return {
    update(done) {
      if (stream.isTTY) {
        if (performance.now() - drawn < REDRAW_MS) return;
        drawn = performance.now();
        drawBar(done, '');
      } else if (Math.floor(share(done) * 10) > tenths && done < total) {
        tenths = Math.floor(share(done) * 10);
        stream.write(`${title}: ${tenths * 10} % (${text(done)})\n`);
      }
    },
    finish() {
      if (stream.isTTY) drawBar(total, '\n');
      else stream.write(`${title}: 100 % (${text(total)})\n`);
    },
    /** Ends the line, so that an error message stands on its own. */
    abandon() {
      if (stream.isTTY && drawn > -Infinity) stream.write('\n');
    },
  };
}
