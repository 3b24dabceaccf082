// Every kustomization is rendered as `kubectl apply -k` does it, and held against Kubernetes' schemas, our own rules and noex doctor.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../../tools/ensure/root.mjs';
import { kustomizations, MANIFESTS, parseYamlFile, render } from '../support/render.mjs';
import { doctorOn, doctorProblems } from './doctor.mjs';
import { createModel } from './model.mjs';
import * as monitoring from './rules/monitoring.mjs';
import { RENDERED_RULES } from './rules/rendered.mjs';
import { schemaProblems } from './schemas.mjs';

const DEPLOY = fileURLToPath(new URL('..', import.meta.url));

export const name = 'validate';
export const fast = true;

export async function run({ say }) {
  say(await testsOfTheTools());
  const rendered = new Map();
  const problems = [];
  for (const kustomization of kustomizations()) rendered.set(kustomization, await render(kustomization));
  problems.push(...(await schemaProblems([...rendered.values()].flat())));
  for (const [kustomization, documents] of rendered) {
    const model = createModel(documents);
    const found = [
      ...RENDERED_RULES.flatMap((rule) => [...rule(model)]),
      ...(await doctorProblems(documents)),
    ];
    say(`k8s/${kustomization}: ${documents.length} documents, ${found.length} problems`);
    problems.push(...found.map((problem) => `k8s/${kustomization}: ${problem}`));
  }
  problems.push(...(await doctorOn(MANIFESTS)), ...unusedComponents(), ...monitoringProblems(rendered));
  if (problems.length > 0) throw new Error(`${problems.length} problems:\n${problems.join('\n')}`);
}

/** Each rule is shown a broken manifest first: one that finds nothing would let everything pass. */
async function testsOfTheTools() {
  const files = readdirSync(DEPLOY, { recursive: true })
    .filter((path) => path.endsWith('.test.mjs') && !path.includes('node_modules'))
    .map((path) => join(DEPLOY, path));
  // Without names, Node looks for tests of its own accord and takes whatever it finds in the repository.
  if (files.length === 0) throw new Error('there are no tests of the rules');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--test', '--test-reporter=spec', ...files], { cwd: ROOT });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => output.push(piece));
    child.once('error', reject);
    child.once('close', (code) => {
      const text = Buffer.concat(output).toString();
      const [, passed] = /pass (\d+)/.exec(text) ?? [];
      if (code === 0 && passed > 0) resolve(`${passed} tests of the rules passed`);
      else reject(new Error(`the tests of the rules failed:\n${text}`));
    });
  });
}

/** What no overlay takes in would be checked by nothing here. */
function unusedComponents() {
  const folders = kustomizations().map((path) => parseYamlFile(join(MANIFESTS, path, 'kustomization.yaml')));
  const used = folders.flatMap(({ components = [] }) =>
    components.map((path) => path.replace(/^.*components\//, '')),
  );
  return readdirSync(join(MANIFESTS, 'components'))
    .filter((component) => !used.includes(component))
    .map((component) => `k8s/components/${component}: no overlay uses it`);
}

function monitoringProblems(rendered) {
  const documents = rendered.get('overlays/prod-monitored');
  const documented = monitoring.documentedMetrics(pageOf('docs/operations/metrics.md'));
  const alerts = documents
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => spec.groups.flatMap(({ rules }) => rules));
  const boards = documents
    .filter(({ metadata }) => metadata.labels?.grafana_dashboard)
    .flatMap(({ data }) => Object.values(data).map((text) => JSON.parse(text)));
  const queries = boards.flatMap(monitoring.queriesOf);
  const autoscaler = documents.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
  const adapter = parseYamlFile(join(MANIFESTS, 'components/autoscaling/prometheus-adapter.yaml'));
  if (alerts.length === 0 || boards.length === 0)
    return ['overlays/prod-monitored: has no alerts or no dashboards'];
  return [
    ...alerts.flatMap((alert) => [
      ...monitoring.alertProblems(alert, pageOf),
      ...monitoring.expressionProblems(alert.alert, alert.expr, documented),
    ]),
    ...monitoring.alertTestProblems(alerts, parseYamlFile(join(DEPLOY, 'promtool/alerts.test.yaml'))),
    ...boards.flatMap(monitoring.dashboardProblems),
    ...queries.flatMap(({ title, expression }) =>
      monitoring.expressionProblems(title, expression, documented),
    ),
    ...monitoring.unseenMetrics(
      documented,
      queries.map(({ expression }) => expression),
    ),
    ...monitoring.adapterProblems(autoscaler, adapter, documented),
  ];
}

function pageOf(path) {
  const file = join(ROOT, path);
  return path && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
