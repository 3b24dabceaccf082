/**
 * The same manifests with every time in them divided by `factor`. A run that is to be short keeps their proportions so: the drain and the
 * preStop hook still have to fit into the grace. Left as they are: the timeouts of probes, which a busy machine needs.
 * @param {{ documents: object[], propagationMs: number }} manifests
 */
export function hasten(manifests, factor) {
  const copy = structuredClone(manifests);
  copy.propagationMs /= factor;
  for (const { kind, spec, data } of copy.documents) {
    if (kind === 'StatefulSet') hastenSet(spec, factor);
    if (kind === 'ConfigMap' && data?.CLUSTER_DRAIN_MS)
      data.CLUSTER_DRAIN_MS = String(data.CLUSTER_DRAIN_MS / factor);
  }
  return copy;
}

function hastenSet(spec, factor) {
  const divide = (object, key) => {
    if (object?.[key] !== undefined) object[key] /= factor;
  };
  const pod = spec.template.spec;
  const [container] = pod.containers;
  divide(spec, 'minReadySeconds');
  divide(pod, 'terminationGracePeriodSeconds');
  for (const kind of ['startup', 'liveness', 'readiness']) {
    divide(container[`${kind}Probe`], 'periodSeconds');
    divide(container[`${kind}Probe`], 'initialDelaySeconds');
  }
  const { exec, sleep } = container.lifecycle?.preStop ?? {};
  divide(sleep, 'seconds');
  if (exec?.command[0] === 'sleep') exec.command[1] = String(exec.command[1] / factor);
}
