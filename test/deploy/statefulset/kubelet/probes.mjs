// The kubelet's probes as a state machine (kubernetes pkg/kubelet/prober/worker.go): what a result means, and when the next one is due.

/** Before the startup probe has passed, neither of the others runs. */
const KINDS = ['startup', 'liveness', 'readiness'];
const DEFAULTS = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
};

/** The probes of a container that starts now. What has no probe passes. */
export function freshProbes(container) {
  const given = KINDS.filter((kind) => container[`${kind}Probe`]);
  return {
    settings: Object.fromEntries(given.map((kind) => [kind, { ...DEFAULTS, ...container[`${kind}Probe`] }])),
    passed: {
      startup: !given.includes('startup'),
      liveness: true,
      readiness: !given.includes('readiness'),
    },
    /** How often the last result of each came in a row. */
    runs: {},
    /** Why the container is to be killed. */
    doomed: undefined,
  };
}

/** Kinds to ask now. A pod that ends is asked for its readiness alone. */
export function dueKinds({ settings, passed, doomed }, { isEnding }) {
  if (doomed) return [];
  const others = isEnding ? ['readiness'] : ['liveness', 'readiness'];
  if (!passed.startup) return isEnding ? [] : ['startup'];
  return others.filter((kind) => settings[kind]);
}

/** @returns the state after a result: `isOk` of a probe of this kind */
export function afterResult(state, kind, isOk) {
  const last = state.runs[kind];
  const count = last?.isOk === isOk ? last.count + 1 : 1;
  const runs = { ...state.runs, [kind]: { isOk, count } };
  const { failureThreshold, successThreshold } = state.settings[kind];
  if (count < (isOk ? successThreshold : failureThreshold)) return { ...state, runs };
  const passed = { ...state.passed, [kind]: isOk };
  const doomed = isOk || kind === 'readiness' ? undefined : `its ${kind} probe failed ${count} times`;
  return { ...state, runs, passed, doomed };
}

/** Whether the pod's condition Ready holds, as far as its container is concerned. */
export function isReady({ passed }) {
  return passed.startup && passed.readiness;
}

/** Port and path of a probe by HTTP. @throws {Error} where it names a port that the container does not have */
export function probeTarget(container, kind) {
  const { httpGet } = container[`${kind}Probe`];
  if (!httpGet) throw new Error(`the simulation knows httpGet alone; the ${kind} probe has none`);
  const { port, path = '/' } = httpGet;
  if (typeof port === 'number') return { port, path };
  const found = container.ports?.find(({ name }) => name === port);
  if (!found) throw new Error(`the ${kind} probe wants port "${port}", which the container does not have`);
  return { port: found.containerPort, path };
}

/** How long the container may have been away before it is started again: at once, then 10 s and twice as much each time. */
export function restartDelayMs(restarts) {
  return restarts === 0 ? 0 : Math.min(10_000 * 2 ** (restarts - 1), 300_000);
}
