// Prometheus' own tool reads the rules, and tries each alert: it fires when it should, and keeps quiet when it should not.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { render } from '../support/render.mjs';
import { prometheusFolder } from '../support/tools.mjs';

const TESTS = fileURLToPath(new URL('alerts.test.yaml', import.meta.url));
const start = promisify(execFile);

export const name = 'promtool';
export const fast = true;

export async function run({ say, skip, cleanup }) {
  const tools = await prometheusFolder();
  if (tools.missing) skip(tools.missing);
  const folder = mkdtempSync(join(tmpdir(), 'noex-promtool-'));
  cleanup(() => rmSync(folder, { recursive: true, force: true }));
  const documents = await render('overlays/prod-monitored');
  const groups = documents.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups);
  writeFileSync(join(folder, 'rules.yaml'), stringify({ groups }));
  copyFileSync(TESTS, join(folder, 'alerts.test.yaml'));
  const promtool = join(tools, 'promtool');
  for (const args of [
    ['check', 'rules', '--lint-fatal', 'rules.yaml'],
    ['test', 'rules', 'alerts.test.yaml'],
  ]) {
    const { stdout } = await start(promtool, args, { cwd: folder }).catch((error) => {
      throw new Error(`promtool ${args.join(' ')}:\n${error.stdout}${error.stderr}`);
    });
    say(stdout.replace(/\s+/g, ' ').trim());
  }
}
