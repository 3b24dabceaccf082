/** Turns of the event loop after which a wait that goes on leaves the machine to others. */
const EAGER_TURNS = 50;

/** Lets the event loop turn once; from the 50th time on it takes a millisecond, so that waiting burns no core. */
export function turn(n: number): Promise<void> {
  return new Promise((resolve) => {
    if (n < EAGER_TURNS) setImmediate(resolve);
    else setTimeout(() => setImmediate(resolve), 1);
  });
}

/** As the promise; rejects with what `late` says when it has not settled after `limitMs` of the machine's time. */
export async function within<T>(limitMs: number, promise: Promise<T>, late: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(late())), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
