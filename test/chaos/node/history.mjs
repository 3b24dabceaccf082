import { openSync, writeSync } from 'node:fs';

/**
 * Writes one event a line (see test/support/history/history.ts), up to the final view. Each write has reached the kernel when it
 * returns, so that a SIGKILL loses none.
 */
export function openHistory(file, node, incarnation) {
  const fd = openSync(file, 'a');
  let ended = false;
  return (kind, fields = {}) => {
    if (ended) return;
    ended = kind === 'view';
    writeSync(fd, `${JSON.stringify({ at: Date.now(), node, incarnation, kind, ...fields })}\n`);
  };
}

/** A logger of the libraries that writes a JSON line for each message but those at `debug`. */
export function openLog(file) {
  const fd = openSync(file, 'a');
  const write =
    (level) =>
    (message, fields = {}) => {
      const { error, ...rest } = fields;
      const cause = error instanceof Error ? { error: error.message } : {};
      writeSync(fd, `${JSON.stringify({ at: Date.now(), level, message, ...rest, ...cause })}\n`);
    };
  return { debug() {}, info: write('info'), warn: write('warn'), error: write('error') };
}
