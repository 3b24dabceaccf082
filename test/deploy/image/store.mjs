// Images and containers in a folder of their own: nothing of the machine's is seen or changed, and nothing stays.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, run } from './exec.mjs';
import { endProcessesOf, unmountBelow } from './machine.mjs';

export class Store {
  folder = mkdtempSync(join(tmpdir(), 'noex-image-'));

  #arguments = [
    ...['--storage-driver', 'overlay'],
    ...['--root', join(this.folder, 'root')],
    ...['--runroot', join(this.folder, 'run')],
  ];

  buildah(args, options) {
    return run('buildah', [...this.#arguments, ...args], options);
  }

  podman(args, options) {
    return run('podman', this.#podmanArguments(args), options);
  }

  attemptPodman(args, options) {
    return attempt('podman', this.#podmanArguments(args), options);
  }

  #podmanArguments(args) {
    const engine = [
      '--tmpdir',
      join(this.folder, 'podman'),
      '--cgroup-manager',
      'cgroupfs',
      '--runtime',
      'runc',
    ];
    return [...this.#arguments, ...engine, '--events-backend', 'file', ...args];
  }

  /** Ends all containers and builds, and removes everything. */
  async dispose() {
    const { stdout } = await this.attemptPodman(['ps', '--all', '--quiet']);
    const containers = stdout.split('\n').filter(Boolean);
    if (containers.length > 0) await this.attemptPodman(['rm', '--force', '--time', '0', ...containers]);
    // At one go: whoever waits for a command that ends here may end this process next.
    endProcessesOf(this.folder);
    unmountBelow(this.folder);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
