import { inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const DEFLATED = 8;

/**
 * One file of a ZIP archive, by its path in there. Source of the layout: PKWARE's APPNOTE.TXT, 4.3.
 * @param {Buffer} zip
 * @param {string} path
 */
export function readZipEntry(zip, path) {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error('not a ZIP archive');
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== ENTRY) throw new Error('the directory of the ZIP archive is broken');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      zip.readUInt16LE(at + field),
    );
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === path) return contentOf(zip, at);
    at += 46 + nameLength + extraLength + commentLength;
  }
  throw new Error(`the ZIP archive has no ${path}`);
}

function contentOf(zip, entry) {
  const method = zip.readUInt16LE(entry + 10);
  const size = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const content = zip.subarray(start, start + size);
  return method === DEFLATED ? inflateRawSync(content) : content;
}
