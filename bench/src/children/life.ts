// One node of a Nest app with default options, that joins, watches and is lost.
import { ClusterService } from '@noex/nestjs';
import { createNode, startNode } from './nest-app.js';

/** Common to all processes of a machine, in milliseconds. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

let downAt: Promise<number>;

export async function listen(nodeName: string): Promise<string> {
  const app = await startNode(nodeName, {});
  const cluster = app.get(ClusterService);
  downAt = new Promise((resolve) => cluster.onNodeDown(() => resolve(now())));
  return cluster.getLocalAddress();
}

/** Milliseconds from when it listens until it and the seed are up for each other. */
export async function join(seed: string): Promise<number> {
  const app = await createNode('joiner', {}, [seed]);
  const cluster = app.get(ClusterService);
  const running = new Promise<number>((resolve) => {
    cluster.onStatusChange((status) => status === 'running' && resolve(now()));
  });
  const up = new Promise<number>((resolve) => cluster.onNodeUp(() => resolve(now())));
  await app.init();
  return Math.max(0, (await up) - (await running));
}

/** When it saw the other go down. */
export const sawDown = (): Promise<number> => downAt;
