// What makes processes on this machine the nodes of one cluster: names, ports, seeds and a secret.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pickPorts } from './ports.mjs';

const HOST = '127.0.0.1';
const FIRST_CLUSTER_PORT = 4369;
const FIRST_HTTP_PORT = 8080;

/**
 * @param {number} count
 * @param {string} logFolder
 * @returns {Promise<{ messages: string[], nodes: { name: string, url: string, clusterPort: number, logFile: string, env: Record<string, string> }[] }>}
 */
export async function planNodes(count, logFolder) {
  const names = Array.from({ length: count }, (_, index) => `worker-${index + 1}`);
  const ports = await pickPorts([
    ...names.map((name, index) => ({ purpose: `${name}, cluster`, port: FIRST_CLUSTER_PORT + index })),
    ...names.map((name, index) => ({ purpose: `${name}, HTTP`, port: FIRST_HTTP_PORT + index })),
  ]);
  const clusterPorts = ports.slice(0, count).map(({ port }) => port);
  const httpPorts = ports.slice(count).map(({ port }) => port);
  const seeds = names.map((name, index) => `${name}@${HOST}:${clusterPorts[index]}`).join(',');
  // Known to this run only; nobody has to choose or keep it.
  const secret = randomBytes(32).toString('base64url');
  return {
    messages: ports.flatMap(({ message }) => message ?? []),
    nodes: names.map((name, index) => ({
      name,
      url: `http://${HOST}:${httpPorts[index]}`,
      clusterPort: clusterPorts[index],
      logFile: join(logFolder, `${name}.log`),
      env: {
        NODE_NAME: name,
        CLUSTER_HOST: HOST,
        CLUSTER_PORT: String(clusterPorts[index]),
        CLUSTER_SEEDS: seeds,
        CLUSTER_SECRET: secret,
        HTTP_PORT: String(httpPorts[index]),
      },
    })),
  };
}
