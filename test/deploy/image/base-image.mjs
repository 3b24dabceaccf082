// The base that the Dockerfile names: the real one where a registry can be reached, else one of the same shape.
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt, run } from './exec.mjs';

const REGISTRY = 'https://registry-1.docker.io/v2/';

/** @returns {string} the one base of all stages of the Dockerfile */
export function baseOf(dockerfile) {
  const bases = new Set([...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base));
  if (bases.size !== 1) throw new Error(`the stages have different bases: ${[...bases].join(', ')}`);
  const [base] = bases;
  if (!/:\S+-\S+/.test(base) || /latest/.test(base))
    throw new Error(`the base ${base} is not pinned to a release`);
  return base;
}

/**
 * Puts the base into the store.
 * @returns {Promise<'the real one' | 'a stand-in'>}
 */
export async function provideBase(base, store, cache, say) {
  const name = `docker.io/library/${base}`;
  if (await canReach(REGISTRY)) {
    try {
      await store.buildah(['pull', '--quiet', name], { timeoutMs: 300_000 });
      return 'the real one';
    } catch (error) {
      say(`the registry does not hand out ${base}: ${error.message.split('\n').at(-1)}`);
    }
  }
  const archive = join(cache, `${base.replaceAll(/[^\w.-]/g, '-')}.tar`);
  if (existsSync(archive)) await store.buildah(['pull', '--quiet', `docker-archive:${archive}`]);
  else await makeStandIn(name, store, archive);
  return 'a stand-in';
}

async function canReach(url) {
  try {
    await fetch(url, { signal: AbortSignal.timeout(5000) });
    return true;
  } catch {
    return false;
  }
}

/** Debian's minimal system and the build of Node that npm has, with the user that the real image has. */
async function makeStandIn(name, store, archive) {
  const [, major, release] = /node:(\d+)-(\w+)-slim$/.exec(name) ?? [];
  if (!major) throw new Error(`there is no stand-in for ${name}: it is made for node:<major>-<release>-slim`);
  const scratch = mkdtempSync(join(store.folder, 'base-'));
  const system = join(scratch, 'system.tar');
  await Promise.all([makeSystem(release, system), fetchNode(major, scratch)]);
  const container = await store.buildah(['from', 'scratch']);
  const root = await store.buildah(['mount', container]);
  const excluded = ['./dev/*', './var/lib/apt/lists/*', './var/cache/*', './usr/share/locale/*'];
  await run('tar', ['-C', root, '-xf', system, ...excluded.map((path) => `--exclude=${path}`)]);
  installNode(scratch, root);
  trustWhatThisMachineTrusts(root);
  await run('chroot', [root, 'groupadd', '--gid', '1000', 'node']);
  await run('chroot', [root, 'useradd', '--uid', '1000', '--gid', 'node', '--create-home', 'node']);
  await store.buildah(['umount', container]);
  const variables = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    NODE_EXTRA_CA_CERTS: BUNDLE,
  };
  const env = Object.entries(variables).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  await store.buildah(['config', ...env, '--cmd', '["node"]', container]);
  await store.buildah(['commit', '--quiet', '--rm', '--format', 'docker', container, name]);
  mkdirSync(dirname(archive), { recursive: true });
  const half = `${archive}.${process.pid}`;
  await store.buildah(['push', '--quiet', name, `docker-archive:${half}:${name}`]);
  renameSync(half, archive);
  rmSync(scratch, { recursive: true });
}

async function makeSystem(release, to) {
  const leftOut = ['man', 'doc', 'locale'].map((part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`);
  const wanted = [
    '--variant=minbase',
    '--include=ca-certificates,libstdc++6,libatomic1',
    '--aptopt=APT::Sandbox::User "root"',
  ];
  await run('mmdebstrap', ['--quiet', ...wanted, ...leftOut, release, to], { timeoutMs: 300_000 });
}

async function fetchNode(major, folder) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const packages = [`node-linux-${process.arch}@${major}`, 'npm@11'];
  const { code, stderr } = await attempt(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages],
    { cwd: folder, timeoutMs: 300_000 },
  );
  if (code !== 0) throw new Error(`npm cannot install ${packages.join(' and ')}: ${stderr}`);
}

function installNode(from, root) {
  const modules = join(root, 'usr/local/lib/node_modules');
  const binaries = join(root, 'usr/local/bin');
  mkdirSync(modules, { recursive: true });
  cpSync(join(from, `node_modules/node-linux-${process.arch}/bin/node`), join(binaries, 'node'));
  chmodSync(join(binaries, 'node'), 0o755);
  cpSync(join(from, 'node_modules/npm'), join(modules, 'npm'), { recursive: true });
  for (const tool of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${tool}-cli.js`, join(binaries, tool));
  }
}

const BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

/** npm in the build reaches its registry by whatever this machine reaches it by. */
function trustWhatThisMachineTrusts(root) {
  if (existsSync(BUNDLE)) writeFileSync(join(root, BUNDLE), readFileSync(BUNDLE));
}
