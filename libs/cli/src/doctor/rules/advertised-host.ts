import { error, warning } from '../finding.js';
import type { Model } from '../model/model.js';
import { isLoopback } from '../model/seed.js';
import { findVariable } from '../model/variable.js';
import { inContainer } from '../model/workload.js';
import type { Rule } from './rule.js';

const OWN_ADDRESS =
  'set POD_IP from status.podIP, or CLUSTER_ADVERTISED_HOST to $(POD_NAME).<headless-service>.$(POD_NAMESPACE).svc.cluster.local';

/** Each node must tell the others an address at which they reach it. */
export const advertisedHost: Rule = {
  id: 'advertised-host',
  *check({ environments, nodes }: Model) {
    for (const { kind, variables } of environments) {
      for (const name of ['CLUSTER_ADVERTISED_HOST', 'CLUSTER_HOST']) {
        const variable = findVariable(variables, name);
        // Several nodes of one machine may well talk over its loopback.
        if (kind === 'shell' || kind === 'file' || !variable?.value || !isLoopback(variable.value)) continue;
        const fix = name === 'CLUSTER_HOST' ? 'write 0.0.0.0, with a secret' : OWN_ADDRESS;
        yield error(variable, `${name} is ${variable.value}: no other machine or pod reaches this node`, fix);
      }
    }
    for (const node of nodes) {
      // Its peers reach it through the server.
      if (findVariable(node.container.variables, 'CLUSTER_TRANSPORT')?.value === 'nats') continue;
      const says = ['CLUSTER_ADVERTISED_HOST', 'POD_IP', 'CLUSTER_HOST'].some((name) =>
        findVariable(node.container.variables, name),
      );
      if (says) continue;
      yield warning(
        inContainer(node, 'env'),
        'nothing says at which address peers reach this node: it has to guess, and one that says 127.0.0.1 makes a star of the mesh',
        OWN_ADDRESS,
      );
    }
  },
};
