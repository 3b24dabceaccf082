import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../tools/ensure/root.mjs';

const APP = join(import.meta.dirname, '..', 'app');
const CLI = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
const GRACE_MS = 30_000;

/** An app in a folder of its own under `nest start --watch`. */
export class WatchedApp {
  /** What the CLI and the app wrote. */
  output = '';
  /** Pids of the app that were seen. */
  pids = new Set();

  constructor(env) {
    this.folder = mkdtempSync(join(tmpdir(), 'noex-hot-reload-'));
    cpSync(APP, this.folder, { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
    this.cli = spawn(process.execPath, [CLI, 'start', '--watch'], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, as a terminal gives it.
      detached: true,
    });
    for (const stream of [this.cli.stdout, this.cli.stderr]) {
      stream.on('data', (data) => (this.output += data));
    }
    this.exited = once(this.cli, 'exit');
  }

  /** The end of what they wrote, without the attempts to reach a peer. */
  get told() {
    return this.output
      .split('\n')
      .filter((line) => !line.includes('dial_failed'))
      .join('\n')
      .slice(-3_000);
  }

  /** Saves the source as an editor does. */
  edit(version) {
    writeFileSync(join(this.folder, 'src/version.ts'), `export const VERSION = ${version};\n`);
  }

  /** As Ctrl-C does, which goes to the CLI and to the app. Whatever is left after a while is killed. */
  async close() {
    process.kill(-this.cli.pid, 'SIGINT');
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, GRACE_MS, 'late')));
    const ended = await Promise.race([this.exited, late]);
    clearTimeout(timer);
    if (ended === 'late') {
      this.cli.kill('SIGKILL');
      for (const pid of this.pids) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
    return ended !== 'late';
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
