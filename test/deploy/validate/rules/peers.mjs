import { titleOf } from '../model.mjs';
import { asTheNodeReads } from '../product.mjs';

/** Nodes find each other before they are ready, by all records of the Service that governs their names. */
export function peers({ of, nodes }) {
  const problems = nodes.flatMap((node) => [...ofNode(node)]);
  for (const kind of ['Deployment', 'ReplicaSet', 'DaemonSet'])
    for (const workload of of(kind))
      problems.push(`${titleOf(workload)}: a node needs a name that stays: StatefulSet`);
  return problems;
}

function* ofNode({ title, set, services, variables }) {
  const { serviceName, podManagementPolicy, updateStrategy } = set.spec;
  if (podManagementPolicy !== 'Parallel') yield `${title}: its pods wait for one another to be ready`;
  if (updateStrategy?.type !== 'RollingUpdate') yield `${title}: is not updated pod by pod`;
  const governing = services.find(({ metadata }) => metadata.name === serviceName);
  if (!governing) {
    yield `${title}: no Service ${serviceName} leads to its pods, so they have no names`;
    return;
  }
  if (governing.spec.clusterIP !== 'None')
    yield `${titleOf(governing)}: is not headless, so pods have no names`;
  if (governing.spec.publishNotReadyAddresses !== true)
    yield `${titleOf(governing)}: hides pods that are not ready, so none finds another`;
  for (const service of services.filter((one) => one !== governing)) {
    if (service.spec.clusterIP === 'None' || service.spec.publishNotReadyAddresses)
      yield `${titleOf(service)}: leads users to pods that are not ready`;
  }
  if (services.length < 2) yield `${title}: users and peers come through the same Service`;
  yield* addresses(title, set, variables);
}

function* addresses(title, { spec, metadata }, variables) {
  const { options } = asTheNodeReads(variables);
  // Over a broker nobody dials anybody.
  if (!options || options.transport !== 'tcp') return;
  const domain = `${spec.serviceName}.${metadata.namespace}.svc.cluster.local`;
  const own = `${metadata.name}-0.${domain}`;
  if (options.nodeName !== `${metadata.name}-0`)
    yield `${title}: its node is called ${options.nodeName}, not as its pod`;
  if (options.advertisedHost !== own)
    yield `${title}: tells peers ${options.advertisedHost}, and its name is ${own}`;
  if (String(options.seeds) !== `dns:${domain}:${options.port}`)
    yield `${title}: its seeds are ${options.seeds.join(', ') || 'none'}, not all pods of ${spec.serviceName} (dns:${domain}:${options.port})`;
}
