import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@noex/contracts';
import type { Cluster } from '@noex/cluster';
import { TestAuthority, writeTlsFiles } from '@noex/testing';
import { createCluster } from './cluster.factory.js';
import { resolveNoexOptions } from './options/resolve-options.js';

const [OLD, NEW] = ['an old horse in winter', 'a new battery in summer'];

let folder: string;
let clusters: Cluster[] = [];

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'noex-factory-'))));
afterEach(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop(0)));
  clusters = [];
  rmSync(folder, { recursive: true });
});

/** A node as the Nest module makes it of its environment. `heard` resolves with a line of that event. */
async function start(name: string, env: NodeJS.ProcessEnv, seeds: readonly string[] = []) {
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  const write = (_: string, fields: Readonly<Record<string, unknown>> = {}) => {
    lines.push(fields);
    for (const look of waiting) look();
  };
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  const options = resolveNoexOptions(
    {},
    { NODE_NAME: name, CLUSTER_HOST: '127.0.0.1', CLUSTER_PORT: '0', CLUSTER_SEEDS: seeds.join(','), ...env },
  );
  const cluster = await createCluster(options, logger);
  clusters.push(cluster);
  await cluster.start();
  const heard = (event: string) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const look = () => {
        const line = lines.find((fields) => fields['event'] === event);
        if (line) resolve(line);
      };
      waiting.add(look);
      look();
    });
  return { address: cluster.address, heard };
}

it('joins nodes whose environment names certificates of one CA', async () => {
  const authority = new TestAuthority('shop CA');
  const env = (name: string): NodeJS.ProcessEnv => {
    const { certFile, keyFile, caFile } = writeTlsFiles(folder, name, authority.issue({ name }));
    return { CLUSTER_TLS_CERT_FILE: certFile, CLUSTER_TLS_KEY_FILE: keyFile, CLUSTER_TLS_CA_FILE: caFile };
  };
  const a = await start('a', env('a'));
  const b = await start('b', env('b'), [a.address]);
  expect(await a.heard('node_up')).toMatchObject({ peer: 'b' });
  expect(await b.heard('node_up')).toMatchObject({ peer: 'a' });
  const stranger = await start('c', {}, [a.address]);
  expect(await stranger.heard('peer_refused')).toMatchObject({ code: 'wrong_certificate' });
});

it('reads the file of CLUSTER_SECRET_FILE again when it changes', async () => {
  const file = join(folder, 'secret');
  writeFileSync(file, OLD);
  const a = await start('a', { CLUSTER_SECRET_FILE: file });
  writeFileSync(file, `${NEW}\n${OLD}\n`);
  expect(await a.heard('secrets_reloaded')).toEqual({ event: 'secrets_reloaded', count: 2 });
  const b = await start('b', { CLUSTER_SECRET: NEW }, [a.address]);
  expect(await b.heard('node_up')).toMatchObject({ peer: 'a' });
});
