// The node processes of a run: started together, watched, stopped together, never left behind.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

const TAIL_LINES = 20;

/** @typedef {{ name: string, file: string, env: Record<string, string>, logFile: string }} NodeSpec */

export class Children {
  #running = new Map();
  #stopping = false;
  #lost;
  #reportLost;

  constructor() {
    this.#lost = new Promise((_, reject) => {
      this.#reportLost = reject;
    });
    // Whoever waits for it learns of it; nobody may be waiting yet.
    this.#lost.catch(() => {});
    process.once('exit', this.#killAll);
  }

  /** @param {NodeSpec} spec */
  start({ name, file, env, logFile }) {
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, ...env },
      stdio: ['ignore', log, log],
      // Out of the terminal's process group: Ctrl-C is for us, and we tell the nodes, once.
      detached: process.platform !== 'win32',
    });
    closeSync(log);
    const ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(signal ?? code));
    });
    this.#running.set(name, { child, logFile, ended });
    void ended.then((how) => {
      if (this.#stopping) return;
      this.#running.delete(name);
      this.#reportLost(
        new Error(`${name} ended (${describeEnd(how)}); the end of its log, ${logFile}:\n${tailOf(logFile)}`),
      );
    });
  }

  /** What `work` gives, unless a node ends first: then it throws, with the end of that node's log. */
  guard(work) {
    return Promise.race([work, this.#lost]);
  }

  /**
   * SIGTERM to all; SIGKILL to what is still there after `graceMs`.
   * @returns {Promise<string[]>} one line for each node that did not exit with 0
   */
  async stop(graceMs) {
    this.#stopping = true;
    const late = setTimeout(this.#killAll, graceMs);
    const running = [...this.#running];
    for (const [, { child }] of running) child.kill('SIGTERM');
    const ends = await Promise.all(running.map(([, { ended }]) => ended));
    clearTimeout(late);
    this.#running.clear();
    process.off('exit', this.#killAll);
    return running.flatMap(([name, { logFile }], index) => {
      const how = ends[index];
      if (how === 0) return [];
      return [
        `${name} did not stop cleanly (${describeEnd(how)}); the end of its log, ${logFile}:\n${tailOf(logFile)}`,
      ];
    });
  }

  /** For when there is no time left to ask. */
  kill() {
    this.#killAll();
  }

  #killAll = () => {
    for (const { child } of this.#running.values()) child.kill('SIGKILL');
  };
}

function describeEnd(how) {
  return typeof how === 'number' ? `exit code ${how}` : how;
}

function tailOf(file) {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return lines
      .slice(-TAIL_LINES)
      .map((line) => `  ${line}`)
      .join('\n');
  } catch {
    return '  (no log)';
  }
}
