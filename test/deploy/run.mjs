// START HERE. `npm run test:deploy`: proves in named stages that the manifests, the image and the Compose file work; see README.md.
// `--fast`: those that take seconds. `--only NAME`: that one, or several.
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureInstalled } from '../../tools/ensure.mjs';
import { ensureTools } from './support/tools.mjs';
import { runStages } from './support/stages.mjs';

/** In the order in which they run: what ends soon comes first. */
const STAGES = ['validate', 'promtool', 'statefulset', 'image', 'compose', 'monitoring'];

async function main() {
  const { values } = parseArgs({
    options: { fast: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  });
  const unknown = values.only?.find((name) => !STAGES.includes(name));
  if (unknown !== undefined) throw new Error(`no stage is called ${unknown}: there are ${STAGES.join(', ')}`);
  await ensureInstalled();
  await ensureBuilt();
  await ensureTools();
  const stages = await Promise.all(STAGES.map((name) => import(`./${name}/stage.mjs`)));
  const chosen = stages.filter(({ name, fast }) => values.only?.includes(name) ?? (fast || !values.fast));
  const outcomes = await runStages(chosen, {
    quick: values.fast,
    print: (line) => process.stdout.write(`${line}\n`),
  });
  return outcomes.some(({ result }) => result === 'FAILED') ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
