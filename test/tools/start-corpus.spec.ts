import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runModule } from './run-module.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

function corpus(limitBytes: number): { bytes: number; text: string } {
  return runModule(
    `import { collectCorpus, readCorpus } from './tools/start/corpus.mjs';
    const corpus = await collectCorpus(parameters.folder, parameters.limitBytes);
    const pieces = [];
    for await (const piece of readCorpus(corpus)) pieces.push(piece);
    print({ bytes: corpus.bytes, text: Buffer.concat(pieces).toString() });`,
    { folder: folder.path(), limitBytes },
  ) as { bytes: number; text: string };
}

describe('the corpus', () => {
  it('is the text files in the order of their paths, without links, hidden and other files', () => {
    folder.write({
      'b/readme.md': '3',
      'a/z.json': '2',
      'a/LICENSE-MIT': '1',
      'a/image.png': 'x',
      'a/empty.ts': '',
      '.hidden/a.md': 'x',
      'a/.hidden.md': 'x',
    });
    symlinkSync(join(folder.path(), 'a'), join(folder.path(), 'c'));
    expect(corpus(1000)).toEqual({ bytes: 3, text: '123' });
  });

  it('leaves out what does not fit', () => {
    folder.write({ 'a.md': '1111', 'b.md': '22222222', 'c.md': '333', 'd.md': '4444' });
    expect(corpus(10)).toEqual({ bytes: 7, text: '1111333' });
  });

  it('is whole where files are longer than what is read at once', () => {
    const long = 'line\n'.repeat(200_000);
    folder.write({ 'a.md': 'first\n', 'b.md': long, 'c.md': 'last' });
    const { bytes, text } = corpus(2_000_000);
    expect(bytes).toBe(1_000_010);
    expect(text === `first\n${long}last`).toBe(true);
  });
});
