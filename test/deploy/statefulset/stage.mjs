// START HERE. The StatefulSet of k8s/, run from its rendered manifest: pods in network namespaces, with the probes, hooks, grace, DNS and
// Services that it names. README.md says what is simulated how, and what is not. DEPLOY_KEEP=1 keeps logs and histories.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { removeNamespaces, whyNot } from '../../chaos/support/namespaces.mjs';
import { render } from '../support/render.mjs';
import { controlName, namespaceNames } from './network/network.mjs';

export const name = 'statefulset';
export const fast = true;

/** Pods at once, with some to spare: an address comes back late. */
const SLOTS = 12;
const SIMULATE = join(import.meta.dirname, 'simulate.mjs');
const SECRET = 'the-secret-of-a-simulated-cluster';

export async function run({ say, skip, cleanup, quick }) {
  const reason = whyNot();
  if (reason !== undefined) skip(reason);
  const prefix = `nxd-${process.pid}-`;
  const directory = mkdtempSync(join(tmpdir(), 'noex-statefulset-'));
  cleanup(() => {
    removeNamespaces(prefix);
    if (process.env.DEPLOY_KEEP === '1') say(`logs and histories: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  });
  const rendered = join(directory, 'manifests.json');
  writeFileSync(rendered, JSON.stringify(await render(quick ? 'base' : 'overlays/prod', { secret: SECRET })));
  for (const namespace of namespaceNames(prefix, SLOTS)) execFileSync('ip', ['netns', 'add', namespace]);
  await simulate({ prefix, slots: SLOTS, directory, rendered, quick }, say);
}

async function simulate(options, say) {
  const inside = [`--net=/var/run/netns/${controlName(options.prefix)}`, '--'];
  const child = spawn('nsenter', [...inside, process.execPath, SIMULATE, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  createInterface({ input: child.stdout }).on('line', say);
  let trouble = '';
  child.stderr.on('data', (data) => (trouble += data));
  const [code, signal] = await once(child, 'close');
  if (code !== 0) throw new Error(trouble.trim() || `the simulation ended with ${code ?? signal}`);
}
