import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../../tools/ensure/root.mjs';
import { readHistories } from '../../../rolling-restart/support/histories.mjs';
import { judge } from '../../../rolling-restart/support/verdict.mjs';
import { Cluster } from '../controller/cluster.mjs';
import { readImage } from '../kubelet/image.mjs';
import { Network } from '../network/network.mjs';

const PRELOAD = 'test/deploy/statefulset/load/preload.mjs';
/** For nodes on a busy machine to start; no promise hangs on it. */
export const START_MS = 90_000;
/** The mesh is whole within this time after all are ready, or a fault is over. */
export const HEAL_MS = 10_000;
/** With fewer the load proves nothing. */
const FEWEST = { calls: 1_000, requests: 300 };

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Everything that scenarios share: the network, a folder, and how a cluster of the image is made. */
export class Lab {
  folders = { count: 0 };

  static async open({ prefix, slots, directory, say }) {
    const lab = new Lab();
    const image = readImage(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
    return Object.assign(lab, { directory, say, image, network: await Network.start(prefix, slots) });
  }

  /** A cluster that is not started yet. `load`: with workers, load between the nodes, and a history of it. */
  cluster(manifests, { replicas = 5, load } = {}) {
    const folder = join(this.directory, `cluster-${++this.folders.count}`);
    const historyFolder = join(folder, 'history');
    mkdirSync(historyFolder, { recursive: true });
    return new Cluster(manifests, {
      ...{ folder, replicas, historyFolder, image: this.image, network: this.network, repository: ROOT },
      extraEnv: ({ NODE_OPTIONS = '' }) => {
        const options = NODE_OPTIONS.split(' ').filter(isKnownOption);
        if (!load) return { NODE_OPTIONS: options.join(' ') };
        const preload = `--import=${join(this.image.workdir, PRELOAD)}`;
        return { NODE_OPTIONS: [...options, preload].join(' '), DEPLOY_LOAD: JSON.stringify(load) };
      },
    });
  }

  /** Deletes the pods in order and holds what their nodes wrote down against what their callers and the client saw. */
  async verdict(cluster, client) {
    await client.stop();
    await cluster.close();
    const histories = readHistories(cluster.world.historyFolder);
    histories.ledgers.push(...cluster.lives.flatMap(ledgerOf));
    const nodes = [...new Set(cluster.lives.map(({ name }) => name))];
    const { problems, numbers, answered } = judge(histories, client, { killed: false, nodes });
    const all = [
      ...problems,
      ...(answered < FEWEST.calls ? [`the nodes were idle: ${answered} calls between them`] : []),
      ...(client.answered < FEWEST.requests ? [`the client was idle: ${client.answered} requests`] : []),
      ...(histories.ledgers.length < cluster.lives.length
        ? [`${cluster.lives.length} pods lived, ${histories.ledgers.length} left in order`]
        : []),
      ...cluster.lives.flatMap(badEnd),
    ];
    if (all.length === 0) return { numbers, answered };
    const shown = all.slice(0, 10).join('\n');
    throw new Error(`${all.length} problems:\n${shown}\n${JSON.stringify(numbers)}`);
  }

  /** The same lab, which tells nothing. */
  silent() {
    return Object.assign(Object.create(this), { say() {} });
  }

  close() {
    return this.network.close();
  }
}

/** Options that this machine's Node does not have would keep it from starting; the image has its own. */
function isKnownOption(option) {
  return option !== '' && process.allowedNodeEnvironmentFlags.has(option.split('=')[0]);
}

function ledgerOf(pod) {
  const lines = readFileSync(pod.logFile, 'utf8').split('\n');
  const line = lines.find((one) => one.includes('"event":"node_left"'));
  return line ? [{ node: pod.name, ...JSON.parse(line) }] : [];
}

/** Every life was to end by itself after SIGTERM, within its grace, with its preStop hook done. */
export function badEnd({ name, address, exits, overstayedMs, hookFailed }) {
  if (hookFailed !== undefined) return [`${name} (${address}): its preStop hook ended with ${hookFailed}`];
  const ends = exits.map(({ code, signal }) => code ?? signal);
  if (overstayedMs)
    return [`${name} (${address}) had to be killed when its grace of ${seconds(overstayedMs)} was over`];
  return ends.length === 1 && ends[0] === 0
    ? []
    : [`${name} (${address}) ended with ${ends.join(', ')}; expected 0`];
}
