const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;

/** Words that `spawn({ on })` takes for a placement: a node of that name could never be chosen. */
const PLACEMENTS = ['local', 'least-loaded', 'random', 'round-robin'];

/** Safe in addresses, refs, URLs, log lines and metric labels. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

export function isNodeName(value: unknown): value is string {
  return isName(value) && !PLACEMENTS.includes(value);
}
