import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for each test of the file, gone after it. */
export function temporaryFolder(): { path: () => string; write: (files: Record<string, string>) => void } {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'noex-tools-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path: () => folder,
    write: (files) => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), content);
      }
    },
  };
}
