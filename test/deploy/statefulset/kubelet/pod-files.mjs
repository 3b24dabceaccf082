import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMAIN } from '../dns/zone.mjs';
import { dataOf } from './container-env.mjs';

/**
 * Writes what a pod finds in its file system; see sandbox.sh.
 * @param {string} folder of the pod, not there yet
 * @param {object} pod as the API has it
 * @param {{ configMaps: object[], secrets: object[], nameserver: string, historyFolder?: string }} world
 */
export function writePodFiles(folder, pod, world) {
  const { name, namespace } = pod.metadata;
  mkdirSync(join(folder, 'root'), { recursive: true });
  mkdirSync(join(folder, 'etc'));
  const search = [`${namespace}.svc`, 'svc'].map((start) => `${start}.${DOMAIN}`).concat(DOMAIN);
  const files = {
    hostname: `${name}\n`,
    hosts: `127.0.0.1 localhost\n${pod.status.podIP} ${name}.${pod.spec.subdomain}.${search[0]} ${name}\n`,
    'resolv.conf': `nameserver ${world.nameserver}\nsearch ${search.join(' ')}\noptions ndots:5\n`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, 'etc', file), text);
  const mounts = (pod.spec.containers[0].volumeMounts ?? []).map((mount) =>
    mountLine(folder, mount, pod, world),
  );
  if (world.historyFolder) mounts.push(`shared ${world.historyFolder} /history`);
  writeFileSync(join(folder, 'mounts'), mounts.map((line) => `${line}\n`).join(''));
}

function mountLine(folder, { name, mountPath }, pod, world) {
  const volume = pod.spec.volumes?.find((one) => one.name === name);
  if (!volume)
    throw new Error(`the mount at ${mountPath} wants volume "${name}", which the pod does not have`);
  if (volume.emptyDir) return `tmpfs mode=1777${sizeOption(volume.emptyDir.sizeLimit)} ${mountPath}`;
  const data = volumeData(volume, world);
  const from = join(folder, 'volumes', name);
  mkdirSync(from, { recursive: true });
  for (const [file, { text, mode }] of Object.entries(data)) writeFileSync(join(from, file), text, { mode });
  return `bind ${from} ${mountPath}`;
}

function volumeData({ name, secret, configMap }, { secrets, configMaps }) {
  if (!secret && !configMap)
    throw new Error(`volume "${name}": the simulation knows secret, configMap and emptyDir`);
  const { items, defaultMode: mode = 0o644, optional } = secret ?? configMap;
  const data = secret
    ? dataOf('Secret', { name: secret.secretName, optional }, secrets)
    : dataOf('ConfigMap', { name: configMap.name, optional }, configMaps);
  const chosen = items ?? Object.keys(data ?? {}).map((key) => ({ key, path: key }));
  return Object.fromEntries(chosen.map(({ key, path }) => [path, { text: data[key], mode }]));
}

/** `64Mi` as mount options have it. */
function sizeOption(limit) {
  const [, number, unit] = /^(\d+)([KMG])i$/.exec(limit ?? '') ?? [];
  return number ? `,size=${number}${unit.toLowerCase()}` : '';
}
