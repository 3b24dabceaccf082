/** The ways in which the user, or who runs this for him, says "stop". */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

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
  });
  // The rejection may come when nobody waits for it.
  stopped.catch(() => {});
  return { stopped };
}
