/** Memory that is asked for is there; the CPU is not throttled. The heap is a share of the limit by the image: NODE_OPTIONS there. */
export function resources({ nodes }) {
  return nodes.flatMap(({ title, container, pod }) => {
    const { requests = {}, limits = {} } = container.resources ?? {};
    const problems = [];
    for (const name of ['cpu', 'memory']) if (!requests[name]) problems.push(`${title}: requests no ${name}`);
    if (!limits.memory)
      problems.push(`${title}: has no memory limit, so the heap is a share of the whole machine`);
    if (limits.cpu)
      problems.push(`${title}: a CPU limit throttles, and peers take a throttled node for a hung one`);
    const keys = (pod.topologySpreadConstraints ?? []).map(({ topologyKey }) => topologyKey);
    for (const key of ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'])
      if (!keys.includes(key)) problems.push(`${title}: is not spread over ${key}`);
    if (new Set(keys).size !== keys.length) problems.push(`${title}: is spread twice over one key`);
    return problems;
  });
}
