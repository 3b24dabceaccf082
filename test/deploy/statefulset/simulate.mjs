// The simulation itself, in the network namespace of what is outside of the pods; started by stage.mjs with what it needs to know.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { removeNamespaces } from '../../chaos/support/namespaces.mjs';
import { controlName, slotPrefix } from './network/network.mjs';
import { Lab } from './scenarios/lab.mjs';
import { hasten } from './scenarios/hasten.mjs';
import { broken } from './scenarios/broken.mjs';
import { coldStarts, seedForms } from './scenarios/cold-start.mjs';
import { faults } from './scenarios/faults.mjs';
import { evictAll, rollOut, scaleTo, underLoad } from './scenarios/under-load.mjs';

const say = (text) => process.stdout.write(`${text}\n`);

/** A run that is to be short has the proportions of the manifest's times, not the times. */
const HASTE = 8;

/** Between the starts of two pods. */
const SPACING_MS = 1_000;
const QUICK_SPACING_MS = 300;

const scenarios = [];
/** `isQuick`: it stands for all others in a run that is to be short. */
const test = (title, run, { isQuick = false } = {}) => scenarios.push({ title, run, isQuick });

test(
  'a rolling update of five pods under load loses no call, in an eighth of the time too',
  (lab, manifests) =>
    underLoad(lab, hasten(manifests, HASTE), { spacingMs: QUICK_SPACING_MS, steps: [rollOut] }),
  { isQuick: true },
);
test('pods that start in any order, and after a power cut, become one mesh and are all ready', (lab, manifests) =>
  coldStarts(lab, manifests, { spacingMs: SPACING_MS }));
test('nodes find each other by every form of seeds', (lab, manifests) =>
  seedForms(lab, hasten(manifests, HASTE), { spacingMs: QUICK_SPACING_MS }));
test('a partition restarts no pod and turns none off; killed containers and lost machines come back', (lab, manifests) =>
  faults(lab, manifests, { spacingMs: SPACING_MS }));
test('a rolling update and scaling 5 → 3 → 7 → 3 under load lose no call', (lab, manifests) =>
  underLoad(lab, manifests, { spacingMs: SPACING_MS, steps: [rollOut, scaleTo(3), scaleTo(7), scaleTo(3)] }));
test('machines drained all at once lose their pods one after the other, and no call', (lab, manifests) =>
  underLoad(lab, hasten(manifests, HASTE), { spacingMs: QUICK_SPACING_MS, steps: [evictAll] }));
test('manifests that are broken in known ways do not pass', (lab, manifests) =>
  broken(lab, manifests, HASTE));

/** Until all have heard of a change of endpoints, as on a cluster that is not small. */
const PROPAGATION_MS = 1_000;

async function main({ prefix, slots, directory, rendered, quick }) {
  const manifests = { documents: JSON.parse(readFileSync(rendered, 'utf8')), propagationMs: PROPAGATION_MS };
  const lab = await Lab.open({ prefix, slots, directory, say });
  try {
    for (const { title, run } of scenarios.filter(({ isQuick }) => isQuick === quick)) {
      await run(lab, manifests);
      say(`passed: ${title}`);
    }
  } finally {
    await lab.close();
  }
}

const options = JSON.parse(process.argv[2]);

// Whoever started it was killed and clears up nothing.
process.on('disconnect', () => {
  removeNamespaces(slotPrefix(options.prefix));
  // This process is in the last one.
  execFileSync('ip', ['netns', 'delete', controlName(options.prefix)]);
  rmSync(options.directory, { recursive: true, force: true });
  process.exit(1);
});

main(options).then(
  () => process.exit(0),
  (error) => {
    process.stderr.write(`${error.stack.replace(/^Error: /, '')}\n`);
    process.exit(1);
  },
);
