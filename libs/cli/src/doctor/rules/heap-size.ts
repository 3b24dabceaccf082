import { error, warning } from '../finding.js';
import type { Model } from '../model/model.js';
import { imageVariables } from '../model/model.js';
import { bytesOf } from '../model/quantity.js';
import { findVariable } from '../model/variable.js';
import { inContainer } from '../model/workload.js';
import { finalInstructions, type Dockerfile } from '../read/dockerfile.js';
import { runsNode } from './node-image.js';
import type { Rule } from './rule.js';

const FLAG = /--max[-_]old[-_]space[-_]size(-percentage)?[= ](\d+)/;
const MEBIBYTE = 1024 * 1024;
const FIX = 'set NODE_OPTIONS to --max-old-space-size-percentage=60';

/** Node's own heap limit knows little of the container's: then the kernel ends the process in place of the collector. */
export const heapSize: Rule = {
  id: 'heap-size',
  *check({ nodes, dockerfiles }: Model) {
    const images = dockerfiles.filter(runsNode);
    for (const node of nodes) {
      const { tree, variables } = node.container;
      const limit = bytesOf(tree.at('resources', 'limits', 'memory')?.text);
      if (limit === undefined) continue;
      const where = inContainer(node, 'resources', 'limits', 'memory');
      const options = findVariable(variables, 'NODE_OPTIONS');
      const commandLine = ['command', 'args'].flatMap((key) => tree.at(key)?.items ?? []);
      const given = FLAG.exec([options?.value, ...commandLine.map(({ text }) => text)].join(' '));
      if (given) {
        const isShare = given[1] !== undefined;
        if (isShare ? Number(given[2]) < 100 : Number(given[2]) * MEBIBYTE < limit) continue;
        yield error(
          options ?? where,
          'the heap may grow to the memory limit of the container and past it',
          FIX,
        );
      } else if (options?.value !== undefined) {
        yield warning(options, 'NODE_OPTIONS here hides that of the image and says nothing of the heap', FIX);
      } else if (options === undefined && images.length > 0 && !images.some(setsHeap)) {
        yield warning(where, 'the container has a memory limit that nothing tells V8 of', FIX);
      }
    }
  },
};

function setsHeap(image: Dockerfile): boolean {
  const commands = ['CMD', 'ENTRYPOINT'].flatMap((keyword) => finalInstructions(image, keyword));
  const options = findVariable(imageVariables(image), 'NODE_OPTIONS');
  return FLAG.test([options?.raw, ...commands.map(({ text }) => text)].join(' '));
}
