// What a reader does with terminals: types commands, starts what stays, presses Ctrl-C.
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';

const PATIENCE_MS = 60_000;

/** Runs a block to its end; resolves with what it printed and the folder it ended in. @throws {Error} with its output when it fails */
export async function type(text, { cwd, env }) {
  const child = spawn('sh', ['-c', `set -e\n${text}\npwd >&3`], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [out, all, folder] = [[], [], []];
  child.stdout.on('data', (piece) => (out.push(piece), all.push(piece)));
  child.stderr.on('data', (piece) => all.push(piece));
  child.stdio[3].on('data', (piece) => folder.push(piece));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`exit code ${code} of:\n${text}\n${Buffer.concat(all)}`);
  return { answer: Buffer.concat(out).toString().trim(), cwd: Buffer.concat(folder).toString().trim() };
}

/** A command that stays, in a process group of its own, since what it starts has to end with it. */
export class Terminal {
  output = '';
  #heard = new EventEmitter();
  #over = new AbortController();

  constructor(text, { cwd, env }) {
    this.child = spawn('sh', ['-c', text], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (piece) => this.#take(piece));
    this.ended = new Promise((resolve) => this.child.once('close', resolve).once('error', resolve));
    void this.ended.then(() => this.#over.abort());
  }

  /** Resolves when the output holds the text. @throws {Error} with the output when it ends without it, or too much time passes */
  async says(text) {
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), this.#over.signal]);
    while (!this.output.includes(text)) {
      if (signal.aborted) throw new Error(`never said: ${text}\n${this.output}`);
      await once(this.#heard, 'more', { signal }).catch(() => {});
    }
  }

  /** As Ctrl-C: the signal goes to all that the terminal runs. */
  signal(signal) {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }

  async close() {
    this.signal('SIGKILL');
    await this.ended;
  }

  #take(piece) {
    this.output += stripVTControlCharacters(piece.toString());
    this.#heard.emit('more');
  }
}
