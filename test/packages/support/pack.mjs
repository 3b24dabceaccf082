// `npm pack` of every library, as it would be published.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Folders of the libraries, relative to the root. */
export function librariesOf(root) {
  return readdirSync(join(root, 'libs')).map((name) => `libs/${name}`);
}

/**
 * @typedef {{ name: string, version: string, tarball: string, integrity: string, files: string[], manifest: object }} Packed
 * @param {string} root of the repository, built
 * @param {string} folder for the tarballs
 * @returns {Promise<Packed[]>}
 */
export async function packLibraries(root, folder) {
  const workspaces = librariesOf(root).flatMap((library) => ['--workspace', library]);
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder, ...workspaces];
  const { stdout } = await run('npm', args, {
    cwd: root,
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
  });
  const said = JSON.parse(stdout);
  return Promise.all(
    // npm 12 says it by name, those before as a list.
    (Array.isArray(said) ? said : Object.values(said)).map(
      async ({ name, version, filename, integrity, files }) => {
        const tarball = join(folder, filename.replace('@', '').replace('/', '-'));
        const manifest = JSON.parse((await run('tar', ['-xzOf', tarball, 'package/package.json'])).stdout);
        return { name, version, tarball, integrity, files: files.map(({ path }) => path), manifest };
      },
    ),
  );
}

/** Every library's name and folder, by its package.json. */
export function namesOf(root) {
  return librariesOf(root).map(
    (library) => JSON.parse(readFileSync(join(root, library, 'package.json'), 'utf8')).name,
  );
}
