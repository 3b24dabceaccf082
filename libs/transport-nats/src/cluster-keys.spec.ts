import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { ClusterKeys } from './cluster-keys.js';
import { deriveKey, OPEN_KEY } from './keyring.js';

const create = (secrets: string[], secretFile?: string, clock = new VirtualClock()) =>
  new ClusterKeys({ secrets, secretFile, exposed: false, clock, logger: silentLogger });

it('are those of the secrets, in their order', async () => {
  const keys = create(['new', 'old']);
  await keys.start();
  const ids = await Promise.all(['new', 'old'].map(async (secret) => (await deriveKey(secret)).id));
  expect(keys.current().map(({ id }) => id)).toEqual(ids);
});

it('without a secret are one that everybody has', async () => {
  const keys = create([]);
  await keys.start();
  expect(keys.current()).toEqual([OPEN_KEY]);
});

it('look at no file any more once they are stopped', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'noex-nats-keys-'));
  const path = join(folder, 'secret');
  writeFileSync(path, 'one');
  const clock = new VirtualClock();
  const keys = create(['one'], path, clock);
  await keys.start();
  expect(clock.pending).toBe(1);
  keys.stop();
  expect(clock.pending).toBe(0);
  rmSync(folder, { recursive: true });
});
