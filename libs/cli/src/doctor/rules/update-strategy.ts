import { error, warning } from '../finding.js';
import type { Rule } from './rule.js';

const ORDERS = ['OrderedReady', 'Parallel'];
const UPDATES = ['RollingUpdate', 'OnDelete'];
const TWO_THINGS =
  'podManagementPolicy (OrderedReady, Parallel) orders only the start and scaling; updateStrategy.type (RollingUpdate, OnDelete) says how updates go';

/** Two fields that are taken for one another. Looks at parts of manifests too, as pages show them. */
export const updateStrategy: Rule = {
  id: 'update-strategy',
  *check({ documents }) {
    for (const { file, tree } of documents) {
      const kind = tree.at('kind')?.text;
      const spec = tree.at('spec');
      if (!spec || (kind !== undefined && kind !== 'StatefulSet')) continue;
      const policy = spec.at('podManagementPolicy');
      const type = spec.at('updateStrategy', 'type');
      const nested = spec.at('updateStrategy', 'podManagementPolicy');
      const swapped = [
        policy && UPDATES.includes(policy.text ?? '') ? policy : undefined,
        type && ORDERS.includes(type.text ?? '') ? type : undefined,
        nested,
      ].find((found) => found !== undefined);
      if (swapped) {
        yield error(
          { file, line: swapped.line },
          `${swapped.text ?? 'this'} stands in the wrong field`,
          TWO_THINGS,
        );
      } else if (policy?.text === 'OrderedReady' && spec.at('updateStrategy')) {
        yield warning(
          { file, line: policy.line },
          'podManagementPolicy does not make updates go one pod at a time: RollingUpdate does that by itself',
          `write podManagementPolicy: Parallel; ${TWO_THINGS}`,
        );
      }
    }
  },
};
