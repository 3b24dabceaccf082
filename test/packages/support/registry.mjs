// A registry of npm on loopback that has our packages and no other, so that an app installs them as if they were published.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';

/** @param {import('./pack.mjs').Packed[]} packed */
export async function startRegistry(packed) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1);
    const tarball = packed.find(({ name }) => path === `${name}/-/package.tgz`);
    if (tarball) return void createReadStream(tarball.tarball).pipe(response);
    const found = packed.find(({ name }) => path === name);
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ? packument(found, origin) : { error: `no package ${path}` }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, close: () => (server.closeAllConnections(), server.close()) };
}

function packument({ name, version, integrity, manifest }, origin) {
  const dist = { tarball: `${origin}/${name}/-/package.tgz`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
