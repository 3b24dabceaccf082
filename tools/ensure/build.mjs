// Whether dist holds what the sources say, and how to make it so.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inputsDigest, incompleteProjectsOf, orphansOf, outputsOf } from './sources.mjs';
import { runStep } from './step.mjs';

/** In node_modules, so that a new install is followed by a build: other packages may mean other types. */
const STAMP = 'node_modules/.cache/noex/build.json';

export function isBuilt(root) {
  const stamp = readStamp(root);
  return (
    stamp !== undefined &&
    stamp.outputs.every((file) => existsSync(join(root, file))) &&
    stamp.inputs === inputsDigest(root) &&
    orphansOf(root).length === 0
  );
}

/** @param {(pid: number) => void} onStart learns the process that does it */
export async function build(root, onStart) {
  // Without a stamp until it is done, so that nobody takes half a build for one.
  rmSync(join(root, STAMP), { force: true });
  for (const orphan of orphansOf(root)) rmSync(join(root, orphan), { force: true });
  // The compiler trusts its own notes on what it wrote and does not look whether the files are still there.
  for (const project of incompleteProjectsOf(root))
    rmSync(join(root, project, 'dist', '.tsbuildinfo'), { force: true });
  // Before the compiler reads: a source that changes meanwhile makes the stamp wrong, and the next run builds again.
  const inputs = inputsDigest(root);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await runStep('building (tsc -b)', process.execPath, [compiler, '-b'], { cwd: root }, onStart);
  mkdirSync(dirname(join(root, STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), JSON.stringify({ inputs, outputs: outputsOf(root) }));
}

function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, STAMP), 'utf8'));
  } catch {
    return undefined;
  }
}
