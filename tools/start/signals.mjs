/** The ways in which the user, or who runs this for him, says "stop". */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const PARENT_POLL_MS = 1_000;

export class StoppedError extends Error {}

/**
 * @param {() => void} onImpatience called for a second signal
 * @returns {{ stopped: Promise<never> }} rejects with StoppedError at the first one
 */
export function listenForStop(onImpatience) {
  let told = false;
  const stopped = new Promise((_, reject) => {
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        if (told) onImpatience();
        told = true;
        reject(new StoppedError(signal));
      });
    }
    whenNpmIsGone(() => reject(new StoppedError('npm is gone')));
  });
  // The rejection may come when nobody waits for it.
  stopped.catch(() => {});
  return { stopped };
}

/** Between npm and us there may be a shell, which does not pass on the signal that ends npm: watch the parent instead. */
function whenNpmIsGone(onGone) {
  if (!process.env.npm_lifecycle_event) return;
  const { ppid } = process;
  const timer = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(timer);
    onGone();
  }, PARENT_POLL_MS);
  timer.unref();
}
