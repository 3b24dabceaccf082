import { coldStart } from './cold-start.mjs';
import { containerOf, setEnv, setOf } from './edit.mjs';
import { partition } from './faults.mjs';
import { hasten } from './hasten.mjs';
import { badEnd, START_MS } from './lab.mjs';
import { replaceHighest, underLoad } from './under-load.mjs';

/** For what cannot come up; a sound cluster of three takes a few seconds. */
const STUCK_MS = 15_000;
const REPLICAS = 3;
const SPACING_MS = 200;

/**
 * Faults that manifests had or may come to have, and what the simulation says of each. `attempt`: what it is put to, by default a cold start;
 * `isHasty`: whether in less time than the manifest says.
 */
const FAULTS = [
  {
    what: 'peers are not published before they are ready',
    breakIt({ set, headless }) {
      headless.spec.publishNotReadyAddresses = false;
      // So that all run before the first one can be ready, however busy the machine is.
      containerOf(set).startupProbe.initialDelaySeconds = 10;
    },
    says: /ready without having met the others/,
    isHasty: false,
  },
  {
    what: 'OrderedReady, and readiness that wants a peer',
    breakIt({ set }) {
      set.spec.podManagementPolicy = 'OrderedReady';
      setEnv(set, 'CLUSTER_QUORUM', '2');
    },
    says: /not within .*: all pods are ready\n.*-0 .*not ready.*quorum/,
    attempt: getsStuck,
  },
  {
    what: 'a probe that names a port which is not there',
    breakIt: ({ set }) => (containerOf(set).startupProbe.httpGet.port = 'health'),
    says: /wants port "health", which the container does not have/,
    attempt: getsStuck,
  },
  {
    what: 'a management port on loopback alone',
    breakIt: ({ set }) => setEnv(set, 'MANAGEMENT_HOST', '127.0.0.1'),
    says: /startup probe: connect ECONNREFUSED/,
    attempt: getsStuck,
  },
  {
    what: 'seeds by a service record without the full name',
    breakIt: ({ set }) => setEnv(set, 'CLUSTER_SEEDS', 'srv:_cluster._tcp.$(PEERS_SERVICE)'),
    says: /ready without having met the others|one mesh of 3/,
  },
  {
    what: 'liveness that wants peers',
    breakIt({ set }) {
      containerOf(set).livenessProbe.httpGet.path = '/readyz';
      setEnv(set, 'CLUSTER_QUORUM', '2');
    },
    says: /a partition is no reason to be restarted/,
    attempt: (lab, manifests) => comesUp(lab, manifests, (cluster) => partition(lab, cluster, 1)),
  },
  {
    what: 'a pod that goes before the Service has heard of it',
    breakIt({ set }) {
      delete containerOf(set).lifecycle;
      setEnv(set, 'CLUSTER_NOTICE_MS', '0');
    },
    says: /HTTP failed/,
    attempt: (lab, manifests) =>
      underLoad(lab, manifests, { replicas: REPLICAS, spacingMs: SPACING_MS, steps: [replaceHighest] }),
    isHasty: false,
  },
  {
    what: 'a grace that is shorter than the drain',
    breakIt: ({ set }) => (set.spec.template.spec.terminationGracePeriodSeconds = 8),
    says: /had to be killed when its grace of 8\.0 s was over/,
    attempt: (lab, manifests) => comesUp(lab, manifests, leaves),
    isHasty: false,
  },
];

/** Breaks the manifests in each of these ways, and throws when the simulation does not notice. */
export async function broken(lab, manifests, haste) {
  for (const { what, breakIt, says, attempt = comesUp, isHasty = true } of FAULTS) {
    const copy = isHasty ? hasten(manifests, haste) : structuredClone(manifests);
    breakIt({ set: setOf(copy), headless: copy.documents.find(({ spec }) => spec?.clusterIP === 'None') });
    const said = await attempt(lab.silent(), copy).then(
      () => undefined,
      ({ message }) => message,
    );
    if (!said) throw new Error(`the simulation does not notice: ${what}`);
    if (!says.test(said)) throw new Error(`of "${what}" the simulation says:\n${said}\nexpected ${says}`);
    lab.say(`noticed: ${what}`);
  }
}

async function comesUp(lab, manifests, then = async () => {}, withinMs = START_MS) {
  const cluster = lab.cluster(manifests, { replicas: REPLICAS });
  try {
    await coldStart(cluster, { spacingMs: SPACING_MS, withinMs });
    await then(cluster);
  } finally {
    await cluster.close({ atOnce: true });
  }
}

function getsStuck(lab, manifests) {
  return comesUp(lab, manifests, undefined, STUCK_MS);
}

async function leaves(cluster) {
  await cluster.close();
  const problems = cluster.lives.flatMap(badEnd);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
