// A real Prometheus scrapes three real nodes under load: nothing fires while all is well, every query of the dashboards gives data, and alerts
// fire when a node with another secret comes, messages are lost and a node goes.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { render } from '../support/render.mjs';
import { prometheusFolder } from '../support/tools.mjs';
import { queriesOf } from '../validate/rules/monitoring.mjs';
import { eventually, Prometheus } from './prometheus.mjs';
import { freePorts, planNodes } from './worker-nodes.mjs';

const WELL_MS = 15_000;
const STRANGER = 'worker-3';
/** What is bound to fire, of which node. The longest takes two minutes by its `for`. */
const EXPECTED = [
  ['NoexMessagesDropped', 'worker-0'],
  ['NoexSecretMismatch', STRANGER],
  ['NoexNodeIsolated', STRANGER],
  ['NoexNodeDown', 'worker-2'],
  ['NoexLinksMissing', undefined],
];
const PATIENCE_MS = 240_000;

export const name = 'monitoring';
export const fast = false;

export async function run({ say, skip, cleanup }) {
  const tools = await prometheusFolder();
  if (tools.missing) skip(tools.missing);
  const documents = await render('overlays/prod-monitored');
  const folder = mkdtempSync(join(tmpdir(), 'noex-monitoring-'));
  cleanup(() => rmSync(folder, { recursive: true, force: true }));
  const nodes = await planNodes(['worker-0', 'worker-1', 'worker-2', STRANGER], { strangers: [STRANGER] });
  for (const node of nodes) cleanup(() => node.end('SIGKILL'));
  const [port] = await freePorts(1);
  const prometheus = new Prometheus({ tools, folder, port });
  cleanup(() => prometheus.stop());

  const since = Date.now();
  const cluster = nodes.slice(0, 3);
  for (const node of cluster) node.start();
  await prometheus.start(nodes, rulesOf(documents));
  cleanup(load(nodes[0]));
  await allIsWell(prometheus, cluster, say);
  await pagesAreSound(tools, cluster);
  await trouble(nodes, prometheus, say);
  await dashboardsHaveData(prometheus, documents, since, say);
  await alertsFire(prometheus, say);
}

function rulesOf(documents) {
  return documents.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups);
}

/** Jobs, one after the other. @returns {() => Promise<void>} ends them */
function load(node) {
  let going = true;
  const done = (async () => {
    while (going) {
      await node.job().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  return () => {
    going = false;
    return done;
  };
}

async function allIsWell(prometheus, cluster, say) {
  await eventually(
    'three nodes are scraped, ready and see one another',
    async () =>
      (await prometheus.value('count(noex_connected_nodes == 2 and noex_ready == 1)')) === cluster.length,
  );
  const until = Date.now() + WELL_MS;
  while (Date.now() < until) {
    const firing = await prometheus.firing();
    if (firing.length > 0) throw new Error(`all is well, and yet there fire ${JSON.stringify(firing)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  say(`three nodes are scraped; under load for ${WELL_MS / 1000} s, no alert fires`);
}

/** Prometheus' own linter reads each page. */
async function pagesAreSound(tools, cluster) {
  for (const { name: node, management } of cluster) {
    const page = await (await fetch(`http://${management}/metrics`)).text();
    const checked = promisify(execFile)(join(tools, 'promtool'), ['check', 'metrics']);
    checked.child.stdin.end(page);
    await checked.catch(({ stdout, stderr }) => {
      throw new Error(`promtool does not like the page of ${node}: ${stdout}${stderr}`);
    });
  }
}

async function trouble([first, , last, stranger], prometheus, say) {
  first.trouble();
  stranger.start();
  await eventually('the node with another secret is scraped', async () =>
    (await prometheus.targets()).some(({ pod, health }) => pod === stranger.name && health === 'up'),
  );
  const code = await last.end('SIGTERM');
  if (code !== 0) throw new Error(`${last.name} left with exit code ${code}`);
  say(`${stranger.name} came with another secret, ${first.name} loses messages, ${last.name} left`);
}

async function dashboardsHaveData(prometheus, documents, since, say) {
  const boards = documents
    .filter(({ metadata }) => metadata.labels?.grafana_dashboard)
    .flatMap(({ data }) => Object.values(data).map((text) => JSON.parse(text)));
  const queries = boards.flatMap(queriesOf);
  const empty = async () => {
    const counts = await Promise.all(
      queries.map(({ expression }) => prometheus.seriesCount(withValues(expression), since)),
    );
    return queries.filter((_, i) => counts[i] === 0).map(({ title }) => title);
  };
  let without = [];
  // The last events need a few scrapes to show in a rate.
  await eventually(
    'every query gives data',
    async () => (without = await empty()).length === 0,
    30_000,
  ).catch(() => {
    throw new Error(`queries without data:\n${without.join('\n')}`);
  });
  say(`all ${queries.length} queries of ${boards.length} dashboards give data`);
}

/** As Grafana puts them in, with "All" chosen everywhere. */
function withValues(expression) {
  return expression.replaceAll('$__rate_interval', '10s').replace(/\$(namespace|version|pod)\b/g, '.*');
}

async function alertsFire(prometheus, say) {
  for (const [alert, pod] of EXPECTED) {
    await eventually(
      `${alert} fires${pod ? ` for ${pod}` : ''}`,
      async () =>
        (await prometheus.firing()).some((labels) => labels.alertname === alert && labels.pod === pod),
      PATIENCE_MS,
    );
    say(`${alert} fires${pod ? ` for ${pod}` : ''}`);
  }
}
