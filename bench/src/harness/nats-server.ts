import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** Why there is no NATS server to measure, if so. */
export function whyNoNats(): string | undefined {
  const { error } = spawnSync('nats-server', ['--version'], { stdio: 'ignore' });
  return error ? 'no nats-server is installed (on Debian: apt-get install nats-server)' : undefined;
}

/** A NATS server of its own on this machine. */
export async function startNats(): Promise<{ url: string; close(): Promise<void> }> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'noex-bench-nats-'));
  const server = spawn(
    'nats-server',
    ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', folder],
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  // It must not outlive this process, however that ends, nor keep it alive.
  const kill = () => void server.kill();
  process.once('exit', kill);
  server.unref();
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries === 100) throw new Error('nats-server does not listen after 5 s');
    await delay(50);
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    close: async () => {
      process.off('exit', kill);
      server.ref();
      kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
