// START HERE. `npm run test:packages`: packs the libraries, follows docs/guide/getting-started.md from an empty folder as its reader does,
// and compares what comes out with what the page says; then runs the app on other releases of Node. `-- --quick` leaves those out.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { ensureBuilt, ensureInstalled } from '../../tools/ensure.mjs';
import { ROOT } from '../../tools/ensure/root.mjs';
import { packLibraries } from './support/pack.mjs';
import { portsOf, stepsOf, withPorts } from './support/page.mjs';
import { startRegistry } from './support/registry.mjs';
import { Terminal, type } from './support/terminals.mjs';

const PAGE = join(ROOT, 'docs/guide/getting-started.md');
const OTHER_NODES = ['22', '24'];
/** What the page promises, in milliseconds. */
const PROMISED_MS = 600_000;

async function main(args) {
  const unknown = args.find((arg) => arg !== '--quick');
  if (unknown !== undefined) throw new Error(`unknown option ${unknown}: say --quick or nothing`);
  await ensureInstalled();
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'noex-packages-'));
  const reader = new Reader(folder, environment());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(
      signal,
      () => void reader.leave().finally(() => (rmSync(folder, RECURSIVELY), process.exit(1))),
    );
  }
  try {
    const packed = await timed('npm pack', () => packLibraries(ROOT, folder));
    const registry = await startRegistry(packed);
    try {
      await follow(reader, registry, args.includes('--quick') ? [] : OTHER_NODES);
    } finally {
      registry.close();
    }
  } finally {
    await reader.leave();
    rmSync(folder, RECURSIVELY);
  }
}

const RECURSIVELY = { recursive: true, force: true, maxRetries: 3 };

async function follow(reader, registry, otherNodes) {
  const steps = stepsOf(await pageWithFreePorts());
  const firstStart = steps.findIndex(({ kind }) => kind === 'start');
  const began = performance.now();
  for (const step of steps) {
    await reader.do(step);
    // The one thing that the page does not say: where the packages are until they are published.
    if (step === steps[0]) writeFileSync(join(reader.cwd, '.npmrc'), `@noex:registry=${registry.origin}/\n`);
  }
  await reader.leave();
  const took = performance.now() - began;
  process.stdout.write(`the page works on Node ${process.version}, in ${seconds(took)}\n`);
  if (took > PROMISED_MS) throw new Error(`the page promises ten minutes, and took ${seconds(took)}`);
  for (const release of otherNodes) {
    const { answer: node } = await type(
      `npx --yes --package node@${release} node -p process.execPath`,
      reader,
    );
    const onOther = new Reader(reader.cwd, {
      ...reader.env,
      PATH: `${dirname(node)}${delimiter}${reader.env.PATH}`,
    });
    try {
      const { answer: version } = await type('node --version', onOther);
      if (!version.startsWith(`v${release}.`)) throw new Error(`asked for Node ${release}, got ${version}`);
      for (const step of stepsOf(await pageWithFreePorts()).slice(firstStart)) await onOther.do(step);
      process.stdout.write(`the built app works on Node ${version}\n`);
    } finally {
      await onOther.leave();
    }
  }
}

/** Does what the page says, step by step. */
class Reader {
  terminals = new Map();
  answer = '';

  constructor(cwd, env) {
    this.cwd = cwd;
    this.env = env;
  }

  async do(step) {
    switch (step.kind) {
      case 'type':
        ({ answer: this.answer, cwd: this.cwd } = await timed(step.text.trim(), () => type(step.text, this)));
        break;
      case 'write':
        writeFileSync(resolve(this.cwd, step.file), step.text);
        break;
      case 'start':
        this.terminals.set(step.terminal, new Terminal(step.text, this));
        break;
      case 'log':
        await Promise.all(step.lines.map((line) => this.#someoneSays(line)));
        break;
      case 'answer':
        if (this.answer !== step.text)
          throw new Error(`the page says "${step.text}", the app "${this.answer}"`);
        break;
      case 'interrupt': {
        const terminal = this.terminals.get(step.terminal);
        terminal.signal('SIGINT');
        await terminal.ended;
        this.terminals.delete(step.terminal);
      }
    }
  }

  async #someoneSays(line) {
    await Promise.any([...this.terminals.values()].map((terminal) => terminal.says(line))).catch(
      ({ errors }) => {
        throw new Error(errors.map(({ message }) => message).join('\n'));
      },
    );
  }

  async leave() {
    await Promise.all([...this.terminals.values()].map((terminal) => terminal.close()));
    this.terminals.clear();
  }
}

/** As in a reader's own shell, without what npm hands to its scripts; the reader presses Enter where a command asks. */
function environment() {
  const ofNpm = /^(npm_(?!config_)|npm_config_local_prefix$|NODE_ENV$|NODE_OPTIONS$|INIT_CWD$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !ofNpm.test(name));
  return { ...Object.fromEntries(kept), npm_config_yes: 'true' };
}

async function pageWithFreePorts() {
  const page = readFileSync(PAGE, 'utf8');
  const servers = portsOf(page).map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return withPorts(page, ports);
}

async function timed(what, work) {
  const began = performance.now();
  const result = await work();
  process.stdout.write(`${what.replaceAll('\n', '; ')}: ${seconds(performance.now() - began)}\n`);
  return result;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
