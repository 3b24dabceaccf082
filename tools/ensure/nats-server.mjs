// Tests of the cluster over NATS talk to a real server.
import { spawnSync } from 'node:child_process';
import { runStep } from './step.mjs';

const HOW =
  'apt-get install --no-install-recommends nats-server, or https://github.com/nats-io/nats-server/releases';

/** @returns {boolean} whether there is a server to test with */
export function hasNatsServer() {
  return spawnSync('nats-server', ['--version']).status === 0;
}

/**
 * Installs the server where that is one command of the system. Without one the tests that need it are left out, which is said; in CI
 * that is a failure.
 * @returns {Promise<boolean>} whether there is one
 * @throws {Error} in CI, where there is none
 */
export async function ensureNatsServer(env = process.env) {
  if (hasNatsServer()) return true;
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version']).status === 0) {
    await installByApt().catch((error) => process.stderr.write(`${error.message}\n`));
    if (hasNatsServer()) return true;
  }
  const message = `nats-server is missing: ${HOW}`;
  if (env.CI) throw new Error(message);
  process.stderr.write(`${message}; the tests over NATS are left out\n`);
  return false;
}

async function installByApt() {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = ['install', '--yes', '--no-install-recommends', 'nats-server'];
  await runStep('Looking for packages', 'apt-get', ['update'], options, () => {});
  await runStep('Installing nats-server', 'apt-get', install, options, () => {});
}
