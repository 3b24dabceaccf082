import { runModule } from './run-module.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

describe('withLock', () => {
  it('lets one process at a time in, also past locks whose owners were killed', () => {
    const failures = runModule(
      `import { spawn } from 'node:child_process';
      // Each worker fails if it finds another one inside; some die inside.
      const worker = \`
        import { rmSync, writeFileSync } from 'node:fs';
        import { withLock } from './tools/ensure/lock.mjs';
        const [root, dies] = process.argv.slice(1);
        for (let round = 0; round < 10; round += 1) {
          await withLock(root, async () => {
            writeFileSync(root + '/inside', '', { flag: 'wx' });
            await new Promise(setImmediate);
            rmSync(root + '/inside');
            if (dies === 'true' && round === 5) process.kill(process.pid, 'SIGKILL');
          });
        }\`;
      const run = (dies) => new Promise((resolve) =>
        spawn(process.execPath, ['--input-type=module', '-e', worker, parameters, String(dies)], { stdio: 'ignore' })
          .once('exit', (code, signal) => resolve(code === 0 || (dies && signal === 'SIGKILL'))));
      const went = await Promise.all([false, true, false, true].map(run));
      print(went.filter((well) => !well).length);`,
      folder.path(),
    );
    expect(failures).toBe(0);
  });

  it('takes a lock whose owner is gone, and holds on while what the owner started is not', () => {
    const result = runModule(
      `import { spawn, spawnSync } from 'node:child_process';
      import { mkdirSync, writeFileSync } from 'node:fs';
      import { withLock } from './tools/ensure/lock.mjs';
      const gone = spawnSync(process.execPath, ['-e', '']).pid;
      const alive = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
      const ended = new Promise((resolve) => alive.once('exit', resolve));
      mkdirSync(parameters + '/.cache/ensure.lock', { recursive: true });
      for (const pid of [gone, alive.pid]) writeFileSync(parameters + '/.cache/ensure.lock/' + pid, '');
      const order = [];
      const locked = withLock(parameters, async () => order.push('locked'));
      // The first look at the lock was taken synchronously.
      order.push('waiting');
      alive.stdin.end();
      await ended;
      order.push('ended');
      await locked;
      print(order);`,
      folder.path(),
    );
    expect(result).toEqual(['waiting', 'ended', 'locked']);
  });

  it('is free again after work that failed', () => {
    const result = runModule(
      `import { withLock } from './tools/ensure/lock.mjs';
      const failed = await withLock(parameters, async () => { throw new Error('no') }).catch((error) => error.message);
      print([failed, await withLock(parameters, async () => 'yes')]);`,
      folder.path(),
    );
    expect(result).toEqual(['no', 'yes']);
  });
});
