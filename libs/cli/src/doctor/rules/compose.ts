import { error, warning, type Fault } from '../finding.js';
import type { ComposeFile, ComposeService } from '../model/compose-service.js';
import { isLoopback } from '../model/seed.js';
import { findVariable } from '../model/variable.js';
import type { Rule } from './rule.js';

/** A Compose file for nodes on one machine. */
export const compose: Rule = {
  id: 'compose',
  *check({ composeFiles }) {
    for (const file of composeFiles.filter(({ nodes }) => nodes.length > 0)) {
      yield* oldVersion(file);
      for (const node of file.nodes) {
        yield* emptySecret(node);
        yield* openPorts(node);
        yield* startsTooEarly(node);
        yield* withoutInit(node);
        yield* withoutLimit(node);
      }
    }
  },
};

function* oldVersion({ file, tree }: ComposeFile): Generator<Fault> {
  const version = tree.at('version');
  if (version)
    yield warning({ file, line: version.line }, 'version is obsolete; Compose ignores it', 'delete it');
}

function* emptySecret({ variables }: ComposeService): Generator<Fault> {
  const variable = findVariable(variables, 'CLUSTER_SECRET');
  // `${X:?why}` stops Compose where X is empty; `${X?why}` only where it is not set.
  if (!variable || variable.value || /\$\{\w+:\?[^}]*\}/.test(variable.raw)) return;
  yield error(
    variable,
    'Compose puts nothing in the place of a variable that is not set: the node gets an empty secret',
    'write ${CLUSTER_SECRET:?set it in .env}, or CLUSTER_SECRET_FILE with a Compose secret',
  );
}

function* openPorts({ ports, clusterPort }: ComposeService): Generator<Fault> {
  for (const port of ports) {
    if (port.hostIp !== undefined && isLoopback(port.hostIp.replace(/^\[|\]$/g, ''))) continue;
    const fix = `write "127.0.0.1:${port.target}:${port.target}"`;
    yield port.target === clusterPort
      ? error(
          port,
          `the cluster's port ${port.target} is published on all interfaces, past most host firewalls`,
          'delete it: services of one network reach each other without',
        )
      : warning(port, `port ${port.target} is published on all interfaces, /metrics included`, fix);
  }
}

function* startsTooEarly({ tree, file }: ComposeService): Generator<Fault> {
  const dependsOn = tree.at('depends_on');
  const isHealthy =
    dependsOn?.isMap === true &&
    dependsOn.entries.every(([, entry]) => entry.at('condition')?.text !== 'service_started');
  if (!dependsOn || isHealthy) return;
  yield warning(
    { file, line: dependsOn.line },
    'depends_on waits until the container exists, not until the node is ready',
    'write it as a map with condition: service_healthy',
  );
}

function* withoutInit({ name, tree, file, line }: ComposeService): Generator<Fault> {
  if (tree.at('init')?.text === 'true') return;
  yield warning(
    { file, line },
    `service ${name} has no init: nobody reaps child processes`,
    'write init: true',
  );
}

function* withoutLimit({ name, tree, file, line }: ComposeService): Generator<Fault> {
  if (tree.at('mem_limit') ?? tree.at('deploy', 'resources', 'limits', 'memory')) return;
  yield warning(
    { file, line },
    `service ${name} has no memory limit: a leak takes the machine along`,
    'write mem_limit: 512m',
  );
}
