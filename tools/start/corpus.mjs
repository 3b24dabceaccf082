// A text that is on every machine that can run this: what the installed packages bring as text files.
import { closeSync, openSync, readSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const TEXT_FILE = /\.(md|txt|js|ts|json|css)$|^LICENSE/;
const PIECE_BYTES = 256 * 1024;

/**
 * The text files under `folder`, in code-unit order of their paths, those that still fit into `limitBytes`: the same ones in
 * the same order wherever the same packages are installed.
 *
 * @returns {Promise<{ files: { path: string, bytes: number }[], bytes: number }>}
 */
export async function collectCorpus(folder, limitBytes) {
  const files = [];
  let bytes = 0;
  for await (const path of textFilesUnder(folder)) {
    const { size } = await stat(path);
    if (bytes + size > limitBytes) continue;
    files.push({ path, bytes: size });
    bytes += size;
    // Near enough; the rest of the folder need not be walked for the last small file that would fit.
    if (limitBytes - bytes < limitBytes / 100) break;
  }
  return { files, bytes };
}

/**
 * The bytes of all files, one after the other, in pieces of one size whatever the files have: most are small, and a
 * write for each would cost more than what is written. Read synchronously for the same reason.
 */
export async function* readCorpus({ files }) {
  let block = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  for (const { path, bytes } of files) {
    const file = openSync(path, 'r');
    try {
      // No further than was measured, should the file have grown.
      for (let left = bytes; left > 0;) {
        const read = readSync(file, block, filled, Math.min(left, block.length - filled));
        if (read === 0) throw new Error(`${path} became shorter while it was read`);
        left -= read;
        filled += read;
        if (filled < block.length) continue;
        yield block;
        block = Buffer.allocUnsafe(PIECE_BYTES);
        filled = 0;
      }
    } finally {
      closeSync(file);
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** No links (our own libraries are links, and their builds change) and nothing hidden (caches change). */
async function* textFilesUnder(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* textFilesUnder(path);
    else if (entry.isFile() && TEXT_FILE.test(entry.name)) yield path;
  }
}
