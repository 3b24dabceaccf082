// What `kubectl apply -k` would apply.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, parseDocument } from 'yaml';
import { ROOT } from '../../../tools/ensure/root.mjs';
import { kubectl } from './tools.mjs';

export const MANIFESTS = join(ROOT, 'k8s');
/** For what is rendered and not applied. */
const SECRET = 'only-rendered-and-never-used';

const run = promisify(execFile);

/** Folders under k8s that can be applied: the base and the overlays. */
export function kustomizations() {
  const overlays = readdirSync(join(MANIFESTS, 'overlays')).map((name) => `overlays/${name}`);
  return ['base', ...overlays.sort()];
}

/**
 * The documents of one of them, as plain objects.
 * @param {string} kustomization such as `overlays/prod`
 * @param {{ secret?: string }} [given] the cluster secret, which is not in git
 * @returns {Promise<object[]>}
 */
export async function render(kustomization, { secret = SECRET } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'noex-render-'));
  try {
    cpSync(MANIFESTS, folder, { recursive: true });
    writeFileSync(join(folder, 'base/cluster.secret'), `${secret}\n`);
    for (const { example, file } of examples(folder)) if (!existsSync(file)) cpSync(example, file);
    const { stdout } = await run(await kubectl(), ['kustomize', join(folder, kustomization)], {
      maxBuffer: 64 * 1024 * 1024,
      // Nothing of this machine's own clusters.
      env: { PATH: process.env.PATH, HOME: folder },
    });
    return parseManifests(stdout, kustomization);
  } catch (error) {
    throw new Error(`k8s/${kustomization} does not render: ${(error.stderr || error.message).trim()}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files that only their examples stand for in git. */
function examples(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((path) => path.endsWith('.example'))
    .map((path) => ({ example: join(folder, path), file: join(folder, path.replace(/\.example$/, '')) }));
}

/** As Kubernetes reads them: YAML 1.1, where 0440 is octal and `on` is true. */
export function parseManifests(text, what) {
  return parseAllDocuments(text, { version: '1.1', uniqueKeys: true, merge: true }).map((document) => {
    if (document.errors.length > 0) throw new Error(`${what}: ${document.errors[0].message}`);
    return document.toJS();
  });
}

export function parseYamlFile(path) {
  const document = parseDocument(readFileSync(path, 'utf8'), { uniqueKeys: true });
  if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0].message}`);
  return document.toJS();
}
