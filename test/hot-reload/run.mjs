// START HERE. `node test/hot-reload/run.mjs`: a Nest app under a real `nest start --watch` is edited again and again while another node calls
// it. Each edit must be one down and one up for that node; the new life serves the calls, nothing of the old one is left. Once with
// shutdown hooks (no call fails) and once without (the app is killed; only calls that may have run fail).
import { createServer } from 'node:net';
import { once } from 'node:events';
import assert from 'node:assert/strict';
import { ensureBuilt, ensureInstalled } from '../../tools/ensure.mjs';
import { isAlive, WatchedApp } from './support/watched-app.mjs';

const SECRET = 'a-secret-of-enough-bytes';
const EDITS = 2;
const PATIENCE_MS = 60_000;
const say = (text) => process.stdout.write(`${text}\n`);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function until(what, app, holds) {
  const limit = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > limit) throw new Error(`waited in vain until ${what}:\n${app.told}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function scenario(hooks, reason) {
  // Only now: it needs the libraries built.
  const { Observer } = await import('./support/observer.mjs');
  const [port, ownPort] = [await freePort(), await freePort()];
  const observer = await Observer.start(ownPort, SECRET);
  const app = new WatchedApp({
    NODE_NAME: 'edited',
    CLUSTER_HOST: '127.0.0.1',
    // The same in each life: the former one must have let go of it.
    CLUSTER_PORT: String(port),
    CLUSTER_SEEDS: `observer@127.0.0.1:${ownPort}`,
    CLUSTER_SECRET: SECRET,
    SHUTDOWN_HOOKS: String(hooks),
  });
  try {
    await edits(observer, app, hooks, reason);
  } finally {
    await observer.close();
    const ended = await app.close();
    assert(ended, `nest start --watch does not end:\n${app.told}`);
    // The CLI may end before the app has.
    await until('the app has ended', app, () => ![...app.pids].some(isAlive));
  }
}

async function edits(observer, app, hooks, reason) {
  const serves = (version) => () => observer.replies.at(-1)?.version === version;
  await until('the app serves', app, serves(1));
  for (let version = 2; version <= EDITS + 1; version++) {
    const before = observer.names.whereis('greeter');
    app.pids.add(observer.replies.at(-1).pid);
    observer.events.length = 0;
    const begun = performance.now();
    app.edit(version);
    await until(`version ${version} serves`, app, serves(version));
    const tookMs = Math.round(performance.now() - begun);
    const after = observer.names.whereis('greeter');
    assert.deepEqual(observer.events, [`down ${reason}`, `up ${after.incarnation}`]);
    assert(after.incarnation > before.incarnation, 'a new life has a newer incarnation');
    assert.deepEqual(observer.names.getNames(), ['greeter']);
    const stale = await observer.remote.call(before, 'greet').catch((error) => error);
    assert.equal(stale.code, 'noproc', 'a ref to the former life names nobody');
    say(`edit ${version - 1}: ${observer.events.join(', ')}; served anew after ${tookMs} ms`);
  }
  app.pids.add(observer.replies.at(-1).pid);
  assert.equal(app.pids.size, EDITS + 1, 'each edit is a new OS process');
  const outcomes = observer.errors.map(({ outcome }) => outcome);
  say(
    `${observer.replies.length} calls answered, ${outcomes.length} failed (${hooks ? 'with' : 'without'} shutdown hooks)`,
  );
  if (hooks) assert.deepEqual(observer.errors, []);
  assert(outcomes.length <= EDITS, 'at most the call that is under way is lost by an edit');
  assert(
    outcomes.every((outcome) => outcome === 'unknown'),
    `only what may have run fails: ${outcomes}`,
  );
}

await ensureInstalled();
await ensureBuilt();
await scenario(true, 'graceful_shutdown');
await scenario(false, 'connection_closed');
say('an edited app rejoins');
