import { error, warning, type Fault } from '../finding.js';
import type { Model } from '../model/model.js';
import { DEFAULT_CLUSTER_PORT } from '../model/product.js';
import { readSeed, SEED_FORMS, splitSeeds } from '../model/seed.js';
import { isHeadless, peersSeed, podOfHost, serviceOfHost, servicesOf } from '../model/services.js';
import type { Resource } from '../model/resource.js';
import { findVariable, type Variable } from '../model/variable.js';
import type { Rule } from './rule.js';

/** A seed must be one that a node reads, and mean what its form says. */
export const seedForm: Rule = {
  id: 'seed-form',
  *check(model: Model) {
    const services = servicesOf(model);
    for (const { kind, variables } of model.environments) {
      const variable = findVariable(variables, 'CLUSTER_SEEDS');
      if (variable?.value === undefined) continue;
      for (const text of splitSeeds(variable.value)) {
        if (!readSeed(text)) {
          yield error(variable, `no node starts with the seed "${text}"`, `write ${SEED_FORMS}`);
        } else if (kind === 'kubernetes') {
          yield* misleading(text, variable, services);
        }
      }
    }
  },
};

function* misleading(text: string, variable: Variable, services: readonly Resource[]): Generator<Fault> {
  const seed = readSeed(text)!;
  const fix = `write ${peersSeed(services, Number(/\d+$/.exec(text) ?? DEFAULT_CLUSTER_PORT))}`;
  if (seed.kind === 'srv') return;
  const service = serviceOfHost(seed.host, services);
  if (service && !isHeadless(service)) {
    yield error(
      variable,
      `the seed "${text}" is the Service ${service.name} with one virtual address: it leads to one ready pod at random, and to none at the first start`,
      fix,
    );
  } else if (seed.kind === 'address' && seed.name === undefined && podOfHost(seed.host)) {
    yield warning(
      variable,
      `the seed "${text}" is a pod's address without the name of its node: what reads only name@host:port ends here, and noex dials that one pod alone`,
      fix,
    );
  }
}
