import { error, warning, type Fault } from '../finding.js';
import type { Model } from '../model/model.js';
import { OLDER_READY_PATH, PROBE_PATHS } from '../model/product.js';
import { inContainer, type NodeWorkload } from '../model/workload.js';
import type { Rule } from './rule.js';

const KINDS = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

/** Liveness asks the event loop only; readiness, whether to send work; startup gives the node time to join. */
export const probes: Rule = {
  id: 'probes',
  *check({ nodes }: Model) {
    for (const node of nodes) {
      yield* missing(node);
      yield* livenessOfTheCluster(node);
      yield* unknownPorts(node);
    }
  },
};

function* missing(node: NodeWorkload): Generator<Fault> {
  const { tree } = node.container;
  if (!tree.at('readinessProbe')) {
    yield error(
      node.container,
      'no readinessProbe: requests go to nodes that start or leave',
      `add one for ${PROBE_PATHS.ready}, periodSeconds: 5, failureThreshold: 2`,
    );
  }
  if (!tree.at('livenessProbe')) {
    yield warning(
      node.container,
      'no livenessProbe: a node whose event loop hangs stays',
      `add one for ${PROBE_PATHS.live}, periodSeconds: 10, failureThreshold: 3`,
    );
  }
  if (!tree.at('startupProbe')) {
    yield warning(
      inContainer(node, 'livenessProbe'),
      'no startupProbe: liveness counts while the node still joins, and a slow start becomes a loop of restarts',
      `add one for ${PROBE_PATHS.startup}, periodSeconds: 5, failureThreshold: 60, and drop initialDelaySeconds`,
    );
  }
}

function* livenessOfTheCluster(node: NodeWorkload): Generator<Fault> {
  const path = (kind: string) => node.container.tree.at(kind, 'httpGet', 'path')?.text;
  const live = path('livenessProbe');
  const where = inContainer(node, 'livenessProbe', 'httpGet', 'path');
  const fix = `write path: ${PROBE_PATHS.live} for liveness and ${PROBE_PATHS.ready} for readiness`;
  if (live === PROBE_PATHS.ready || live === OLDER_READY_PATH) {
    yield error(
      where,
      `liveness asks for readiness (${live}): a node that drains, or loses its majority, is killed`,
      fix,
    );
  } else if (live !== undefined && live === path('readinessProbe')) {
    yield error(
      where,
      `liveness and readiness both ask ${live}: either nodes that drain are killed, or they get requests`,
      fix,
    );
  }
}

function* unknownPorts(node: NodeWorkload): Generator<Fault> {
  const names = node.container.ports.map(({ name }) => name);
  for (const kind of KINDS) {
    for (const check of ['httpGet', 'tcpSocket', 'grpc']) {
      const port = node.container.tree.at(kind, check, 'port');
      if (port?.text === undefined || port.number !== undefined || names.includes(port.text)) continue;
      yield error(
        { file: node.container.file, line: port.line },
        `no port of container ${node.container.name} is named "${port.text}": the ${kind} always fails`,
        `name a port so, or write one of ${names.filter((name) => name !== undefined).join(', ') || 'its numbers'}`,
      );
    }
  }
}
