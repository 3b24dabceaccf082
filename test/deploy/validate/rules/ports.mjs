import { fits, selects, titleOf } from '../model.mjs';
import { asTheNodeReads } from '../product.mjs';

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'];

/** Every port that is named somewhere is a port of the container, and the node listens there. */
export function ports({ of, nodes }) {
  const problems = [];
  for (const node of nodes) {
    problems.push(...ofContainer(node), ...ofProbes(node), ...ofServices(node));
    problems.push(...ofPolicies(node, of('NetworkPolicy')));
  }
  for (const monitor of of('ServiceMonitor')) problems.push(...ofMonitor(monitor, of('Service'), nodes));
  return problems;
}

function* ofContainer({ title, container, variables }) {
  const { options, httpPort } = asTheNodeReads(variables);
  if (!options) return;
  const listens = { http: httpPort, cluster: options.port, management: options.management?.port };
  for (const [name, port] of Object.entries(listens)) {
    const declared = container.ports?.find((one) => one.name === name)?.containerPort;
    if (declared !== port) yield `${title}: port ${name} is ${declared}, and the node listens on ${port}`;
  }
  if (options.management?.host === '127.0.0.1')
    yield `${title}: the management port listens on loopback, where no probe of the kubelet arrives`;
  for (const seed of options.seeds) {
    const [port] = /\d+$/.exec(seed) ?? [];
    if (port !== String(options.port))
      yield `${title}: the seed ${seed} is not at the cluster's port ${options.port}`;
  }
}

function* ofProbes({ title, container }) {
  const paths = { startupProbe: '/startupz', readinessProbe: '/readyz', livenessProbe: '/livez' };
  for (const name of PROBES) {
    const { path, port } = container[name]?.httpGet ?? {};
    if (path !== paths[name]) yield `${title}: ${name} asks ${path}, not ${paths[name]}`;
    else if (!hasPort(container, port))
      yield `${title}: ${name} asks port ${port}, which the container does not have`;
    else if (port !== 'management' && port !== 9090)
      yield `${title}: ${name} asks port ${port}, which answers only once the app has started`;
  }
}

function* ofServices({ container, services }) {
  for (const service of services) {
    for (const { name, port, targetPort = port } of service.spec.ports) {
      if (!name) yield `${titleOf(service)}: port ${port} has no name`;
      if (!hasPort(container, targetPort))
        yield `${titleOf(service)}: port ${name} leads to ${targetPort}, which the container does not have`;
    }
  }
}

function* ofPolicies({ container, labels }, policies) {
  for (const policy of policies.filter(({ spec }) => selects(spec.podSelector, labels))) {
    for (const { port } of (policy.spec.ingress ?? []).flatMap(({ ports: open = [] }) => open)) {
      if (!hasPort(container, port))
        yield `${titleOf(policy)}: opens port ${port}, which the container does not have`;
    }
  }
}

function* ofMonitor(monitor, services, nodes) {
  const chosen = services.filter(({ metadata }) => selects(monitor.spec.selector, metadata.labels ?? {}));
  // Of several, each would have its own series of the same pods.
  if (chosen.length !== 1) yield `${titleOf(monitor)}: selects ${chosen.length} Services, not one`;
  for (const service of chosen) {
    for (const { port } of monitor.spec.endpoints) {
      const found = service.spec.ports.find(({ name }) => name === port);
      if (!found) yield `${titleOf(monitor)}: ${titleOf(service)} has no port called ${port}`;
      else if (!nodes.some(({ labels }) => fits(service.spec.selector, labels)))
        yield `${titleOf(monitor)}: ${titleOf(service)} leads to no node`;
      else if (found.targetPort !== 'management')
        yield `${titleOf(monitor)}: metrics are on the management port, and ${port} leads to ${found.targetPort}`;
    }
  }
}

function hasPort({ ports: declared = [] }, wanted) {
  return declared.some(({ name, containerPort }) => name === wanted || containerPort === wanted);
}
