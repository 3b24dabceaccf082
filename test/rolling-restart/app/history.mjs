import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What one life of a node did, a line each. Written by the system call itself: what a process wrote before it was killed stands.
 *
 * - `h <id>` a worker took a call, `n <id>` a cast; before it works on it
 * - `c <id> <outcome> <code> <node>` an attempt of a call ended here
 * - `s <result>` a spawn ended here; `t <id>` a cast was sent
 * - `l <ledger>` the node left
 */
export function openHistory(directory, name) {
  const file = openSync(join(directory, `${name}.${Date.now()}.history`), 'a');
  const write = (line) => void writeSync(file, `${line}\n`);
  return {
    handled: (id) => write(`h ${id}`),
    noted: (id) => write(`n ${id}`),
    ended: (id, outcome, code = '-', node = '-') => write(`c ${id} ${outcome} ${code} ${node}`),
    spawned: (result) => write(`s ${result}`),
    told: (id) => write(`t ${id}`),
    left: (ledger) => write(`l ${JSON.stringify(ledger)}`),
  };
}

/** A logger of Nest that keeps every line in a file and shows each of ours to `see`. */
export function watchLog(directory, name, see) {
  const file = openSync(join(directory, `${name}.log`), 'a');
  const log =
    (level) =>
    (line, ...rest) => {
      if (typeof line === 'object' && line.event) see(line);
      writeSync(file, `${new Date().toISOString()} ${level} ${JSON.stringify(line)} ${rest.join(' ')}\n`);
    };
  return {
    log: log('info'),
    warn: log('warn'),
    error: log('error'),
    debug: log('debug'),
    verbose: log('debug'),
  };
}
