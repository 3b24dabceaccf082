import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { writePodFiles } from './pod-files.mjs';

let scratch;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'noex-pod-'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const world = {
  nameserver: '10.0.0.1',
  configMaps: [{ metadata: { name: 'settings' }, data: { a: '1', b: '2' } }],
  secrets: [{ metadata: { name: 'keys' }, data: { secret: Buffer.from('hush').toString('base64') } }],
};
const write = (volumes, volumeMounts) => {
  const folder = join(scratch, 'pod');
  const pod = {
    metadata: { name: 'mesh-1', namespace: 'noex' },
    spec: { subdomain: 'peers', containers: [{ volumeMounts }], volumes },
    status: { podIP: '10.0.0.9' },
  };
  writePodFiles(folder, pod, world);
  return (file) => readFileSync(join(folder, file), 'utf8');
};

test('its resolver knows the name server and the search domains, its hosts file itself', () => {
  const read = write([], []);
  assert.match(read('etc/resolv.conf'), /^nameserver 10\.0\.0\.1\nsearch noex\.svc\.cluster\.local svc\./);
  assert.match(read('etc/hosts'), /10\.0\.0\.9 mesh-1\.peers\.noex\.svc\.cluster\.local mesh-1/);
  assert.equal(read('etc/hostname'), 'mesh-1\n');
});

test('a secret is a folder of files with its mode, an emptyDir memory of its size', () => {
  const read = write(
    [
      { name: 's', secret: { secretName: 'keys', defaultMode: 0o440 } },
      { name: 't', emptyDir: { sizeLimit: '64Mi' } },
    ],
    [
      { name: 's', mountPath: '/run/secrets/noex' },
      { name: 't', mountPath: '/tmp' },
    ],
  );
  const folder = join(scratch, 'pod/volumes/s');
  assert.equal(read('mounts'), `bind ${folder} /run/secrets/noex\ntmpfs mode=1777,size=64m /tmp\n`);
  assert.equal(read('volumes/s/secret'), 'hush');
  assert.equal(statSync(join(folder, 'secret')).mode & 0o777, 0o440);
});

test('a ConfigMap may give some of its keys, under other names', () => {
  const items = [{ key: 'b', path: 'other' }];
  const read = write(
    [{ name: 'c', configMap: { name: 'settings', items } }],
    [{ name: 'c', mountPath: '/etc/x' }],
  );
  assert.equal(read('volumes/c/other'), '2');
  assert.throws(() => read('volumes/c/a'), { code: 'ENOENT' });
});

test('a volume that is missing, or of a kind that is not known, is named', () => {
  const mount = [{ name: 'v', mountPath: '/tmp' }];
  assert.throws(() => write([], mount), /wants volume "v"/);
  rmSync(join(scratch, 'pod'), { recursive: true });
  assert.throws(() => write([{ name: 'v', nfs: {} }], mount), /volume "v": the simulation knows/);
  rmSync(join(scratch, 'pod'), { recursive: true });
  assert.throws(() => write([{ name: 'v', secret: { secretName: 'no' } }], mount), /there is no Secret "no"/);
});
