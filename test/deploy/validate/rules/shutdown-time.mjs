import { asTheNodeReads } from '../product.mjs';

/** Seconds to spare between the end of the drain and the kill. */
const SPARE = 5;

/** grace > preStop + drain + 5: what the node is promised, the kubelet grants. */
export function shutdownTime({ nodes }) {
  return nodes.flatMap(({ title, pod, container, variables }) => {
    const { options } = asTheNodeReads(variables);
    if (!options) return [];
    const problems = [];
    const grace = pod.terminationGracePeriodSeconds ?? 30;
    const preStop = preStopSeconds(container.lifecycle?.preStop);
    const drain = options.shutdown.drainMs / 1000;
    if (preStop === undefined)
      problems.push(`${title}: nobody knows how long its preStop takes; write sleep`);
    if (!(preStop > 0))
      problems.push(`${title}: without a preStop, requests still come while the node leaves`);
    if (grace <= (preStop ?? 0) + drain + SPARE)
      problems.push(`${title}: is killed after ${grace} s, but needs ${preStop} + ${drain} + ${SPARE} s`);
    return problems;
  });
}

function preStopSeconds(hook) {
  if (!hook) return 0;
  const [command, seconds] = hook.exec?.command ?? [];
  return command === 'sleep' && /^\d+$/.test(seconds) ? Number(seconds) : undefined;
}
