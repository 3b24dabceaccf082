// `npm start`: a cluster on this machine, a real job on it, its result checked. START HERE; the parts are in start/.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled } from './ensure.mjs';
import { ROOT } from './ensure/root.mjs';
import { Children } from './start/children.mjs';
import { collectCorpus, readCorpus } from './start/corpus.mjs';
import { formatBytes, formatCount, formatTable } from './start/format.mjs';
import { runJob } from './start/job.mjs';
import { planNodes } from './start/nodes.mjs';
import { HELP, parseOptions } from './start/options.mjs';
import { waitForCluster } from './start/readiness.mjs';
import { referenceCounts, whyNoReference } from './start/reference.mjs';
import { compare, describeResult } from './start/report.mjs';
import { listenForStop, StoppedError } from './start/signals.mjs';

const ENTRY = join(ROOT, 'apps', 'worker', 'dist', 'main.js');
const CLUSTER_TIMEOUT_MS = 60_000;
const STOP_GRACE_MS = 30_000;
/** The exit code that shells give to what Ctrl-C ended. */
const INTERRUPTED = 130;

async function startNodes(children, count) {
  const { nodes, messages } = await planNodes(count, mkdtempSync(join(tmpdir(), 'noex-start-')));
  for (const message of messages) console.log(message);
  for (const { name, env, logFile } of nodes) children.start({ name, file: ENTRY, env, logFile });
  console.log(
    `starting ${count} nodes\n${formatTable(nodes.map(({ name, logFile }) => [name, `log: ${logFile}`]))}`,
  );
  const began = performance.now();
  await waitForCluster(nodes, CLUSTER_TIMEOUT_MS);
  console.log(`all nodes see each other after ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  return nodes;
}

/** @returns whether the result is right, as far as that can be checked here */
async function runAndCheck(url, corpusBytes) {
  const corpus = await collectCorpus(join(ROOT, 'node_modules'), corpusBytes);
  console.log(
    `the job: ${formatCount(corpus.files.length)} text files of the installed packages, ${formatBytes(corpus.bytes)}`,
  );
  const result = await runJob(url, corpus);
  console.log(`\n${describeResult(result)}\n`);

  const reason = await whyNoReference();
  if (reason) {
    console.log(`not compared with wc and grep: ${reason}`);
    return true;
  }
  const { equal, text } = compare(result, await referenceCounts(() => readCorpus(corpus)));
  console.log(`compared with wc -l -c and LC_ALL=C tr -s '[:space:]' '\\n' | grep -ac .\n${text}\n`);
  return equal;
}

function printUrls(nodes) {
  const rows = nodes.map(({ name, url }) => [`  ${name}`, url, `${url}/health`, `${url}/metrics`].join('  '));
  console.log(`${rows.join('\n')}\n`);
}

async function demonstrate({ corpusBytes, nodes: count }, children) {
  const nodes = await startNodes(children, count);
  const right = await runAndCheck(nodes[0].url, corpusBytes);
  printUrls(nodes);
  if (!right) throw new Error('the result of the job is wrong');
}

/** @returns the exit code */
async function runUntilStopped(options, children) {
  const { stopped } = listenForStop(() => children.kill());
  let shown = false;
  try {
    await Promise.race([children.guard(demonstrate(options, children)), stopped]);
    shown = true;
    if (options.once) return 0;
    console.log('The nodes stay up until Ctrl-C.');
    return await children.guard(stopped);
  } catch (error) {
    if (!(error instanceof StoppedError)) {
      console.error(error.message);
      return 1;
    }
    console.log('\nstopping the nodes');
    // To be stopped is how a run ends once its result is there, and a failure before.
    return shown ? 0 : INTERRUPTED;
  }
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  await ensureInstalled();
  await ensureBuilt();

  const children = new Children();
  const code = await runUntilStopped(options, children);
  const complaints = await children.stop(STOP_GRACE_MS);
  for (const complaint of complaints) console.error(complaint);
  // Requests that were under way when the run ended must not keep it from ending.
  process.exit(code === 0 && complaints.length > 0 ? 1 : code);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
