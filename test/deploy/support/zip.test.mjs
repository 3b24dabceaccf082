import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { readZipEntry } from './zip.mjs';

/** An archive of files, deflated where said so, with a comment at its end. */
function zip(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { path, text, deflate, extra = 0 } of files) {
    const name = Buffer.from(path);
    const content = deflate ? deflateRawSync(Buffer.from(text)) : Buffer.from(text);
    const local = Buffer.alloc(30 + name.length + extra);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra, 28);
    name.copy(local, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflate ? 8 : 0, 10);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    name.copy(entry, 46);
    parts.push(local, content);
    directory.push(entry);
    offset += local.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end, Buffer.from('a comment')]);
}

describe('a ZIP archive', () => {
  const archive = zip([
    { path: 'a/b', text: 'plain' },
    { path: 'c', text: 'x'.repeat(1000), deflate: true, extra: 7 },
  ]);
  it('gives a file by its path, packed or not', () => {
    assert.equal(readZipEntry(archive, 'a/b').toString(), 'plain');
    assert.equal(readZipEntry(archive, 'c').toString(), 'x'.repeat(1000));
  });
  it('says what it does not have', () => assert.throws(() => readZipEntry(archive, 'b'), /has no b/));
  it('is told from other files', () =>
    assert.throws(() => readZipEntry(Buffer.from('text'), 'b'), /not a ZIP/));
});
