// When the nodes of a run are one cluster that takes work.
import { setTimeout as sleep } from 'node:timers/promises';
import { getJson } from './http.mjs';

const POLL_MS = 100;

/**
 * Waits until every node says that it is ready and sees all others.
 *
 * @param {{ name: string, url: string }[]} nodes
 * @param {number} timeoutMs
 */
export async function waitForCluster(nodes, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const missing = (await Promise.all(nodes.map((node) => whatIsMissing(node, nodes.length - 1)))).filter(
      Boolean,
    );
    if (missing.length === 0) return;
    if (performance.now() > deadline) {
      throw new Error(`the nodes are no cluster after ${timeoutMs / 1000} s:\n  ${missing.join('\n  ')}`);
    }
    await sleep(POLL_MS);
  }
}

async function whatIsMissing({ name, url }, peers) {
  try {
    const ready = await getJson(`${url}/ready`);
    if (ready.status !== 200) return `${name}: GET /ready answers ${ready.status}`;
    const health = await getJson(`${url}/health`);
    const connected = findNumber(health.body, 'connectedNodes');
    return connected === peers ? undefined : `${name}: connected to ${connected ?? '?'} of ${peers} nodes`;
  } catch (error) {
    return `${name}: ${error.cause?.message ?? error.message}`;
  }
}

/** The first number under `key`, however deep: the health answer nests by indicator. */
export function findNumber(value, key) {
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof value[key] === 'number') return value[key];
  for (const inner of Object.values(value)) {
    const found = findNumber(inner, key);
    if (found !== undefined) return found;
  }
  return undefined;
}
