// Ports that nobody listens on: the wanted ones where possible, others where they are taken.
import { createServer } from 'node:net';

/**
 * @param {{ purpose: string, port: number }[]} wanted
 * @returns {Promise<{ port: number, message?: string }[]>} in the same order; `message` where the port is another one
 */
export async function pickPorts(wanted) {
  // All are held until all are found, so that none is given out twice.
  const held = [];
  try {
    const picked = [];
    for (const { purpose, port } of wanted) {
      const free = (await hold(port, held)) ? port : undefined;
      const other = free ?? (await hold(0, held));
      picked.push(
        free === undefined
          ? { port: other, message: `${purpose}: port ${port} is taken, using ${other}` }
          : { port },
      );
    }
    return picked;
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/**
 * Listens on the port (0: any) and keeps it. Tries the loopback address alone first: where another program has just
 * that, some systems would still give us "all addresses".
 * @returns the port, or undefined if it is taken
 */
async function hold(port, held) {
  const loopback = await listen(port, '127.0.0.1');
  if (!loopback) return undefined;
  await new Promise((resolve) => loopback.close(resolve));
  const all = await listen(port, undefined);
  if (!all) return undefined;
  held.push(all);
  return all.address().port;
}

function listen(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}
