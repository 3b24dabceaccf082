import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '@noex/testing';
import { FileWatcher, RELOAD_MS, SETTLE_MS } from './file-watcher.js';

let folder: string;
let clock: VirtualClock;
let watchers: FileWatcher[];
/** What the watcher said, in order. */
let heard: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'noex-watcher-'));
  [clock, watchers, heard] = [new VirtualClock(), [], []];
});

afterEach(() => {
  for (const watcher of watchers) watcher.stop();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(file(name), text);

function watch(names: string[], contents: string[]): FileWatcher {
  const watcher = new FileWatcher({
    paths: names.map(file),
    contents,
    clock,
    examine: async (found) => {
      const text = found.join('+');
      if (text.includes('throws')) throw Object.assign(new Error(text), { code: 'E_BROKEN' });
      return text.includes('bad') ? 'it is bad' : () => void heard.push(text);
    },
    invalid: (problem) => heard.push(`invalid: ${problem}`),
  });
  watcher.start();
  watchers.push(watcher);
  return watcher;
}

/** Lets a look happen and waits until it is over: it has set up the next one by then. */
async function look(times = 1): Promise<void> {
  for (let n = 0; n < times; n++) {
    await clock.advance(RELOAD_MS);
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    // Found something: it is looked at again soon.
    await clock.advance(SETTLE_MS);
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

it('takes what has changed, once', async () => {
  write('a', 'old');
  watch(['a'], ['old']);
  await look();
  write('a', 'new');
  await look(3);
  expect(heard).toEqual(['new']);
});

it('takes what changes by a link above the file, as a Kubernetes volume does', async () => {
  symlinkSync('first', file('..data'));
  symlinkSync(join('..data', 'secret'), file('secret'));
  for (const [name, text] of [
    ['first', 'old'],
    ['second', 'new'],
  ] as const) {
    mkdirSync(file(name));
    write(join(name, 'secret'), text);
  }
  watch(['secret'], ['old']);
  symlinkSync('second', file('..data_tmp'));
  renameSync(file('..data_tmp'), file('..data'));
  await look();
  expect(heard).toEqual(['new']);
});

it('waits until files that are replaced one after the other stand still', async () => {
  write('a', 'a1');
  write('b', 'b1');
  watch(['a', 'b'], ['a1', 'b1']);
  write('a', 'a2');
  await clock.advance(RELOAD_MS);
  while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
  write('b', 'b2');
  await look(2);
  expect(heard).toEqual(['a2+b2']);
});

it.each([
  ['is refused', () => write('a', 'bad'), 'it is bad'],
  ['breaks the examination', () => write('a', 'throws'), 'a file cannot be used (E_BROKEN)'],
  ['is gone', () => rmSync(file('a')), 'a file cannot be read (ENOENT)'],
])('says once that a file %s, and takes the next one that is good', async (_, spoil, problem) => {
  write('a', 'old');
  watch(['a'], ['old']);
  spoil();
  await look(3);
  expect(heard).toEqual([`invalid: ${problem}`]);
  write('a', 'good');
  await look();
  expect(heard.slice(1)).toEqual(['good']);
});

it('says nothing when what is in use comes back, and complains anew after that', async () => {
  write('a', 'old');
  watch(['a'], ['old']);
  for (const text of ['bad', 'old', 'bad']) {
    write('a', text);
    await look();
  }
  expect(heard).toEqual(['invalid: it is bad', 'invalid: it is bad']);
});

it('leaves no timer behind and takes nothing over once it is stopped', async () => {
  write('a', 'old');
  watch(['a'], ['old']).stop();
  expect(clock.pending).toBe(0);
  const watcher = watch(['a'], ['old']);
  write('a', 'new');
  await clock.advance(RELOAD_MS);
  watcher.stop();
  await clock.advance(10 * RELOAD_MS);
  expect([clock.pending, heard]).toEqual([0, []]);
});
