// The command line of `npm start`.
import { parseArgs } from 'node:util';

export const HELP = `npm start -- [options]

Starts worker nodes on this machine that form a cluster, runs a real job on them – the analysis of the text files of
the installed packages – checks its result against wc, and keeps the nodes up until Ctrl-C.

  --once       stop the nodes after the result; the exit code says whether it was right
  --mib N      MiB of text for the job, at most (default 48)
  --nodes N    nodes to start (default 3)
  --help       this text
`;

/** @throws {Error} whose message says which option is wrong */
export function parseOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      once: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      mib: { type: 'string', default: '48' },
      nodes: { type: 'string', default: '3' },
    },
  });
  return {
    once: values.once,
    help: values.help,
    corpusBytes: wholeNumber('--mib', values.mib, 1, 100_000) * 1024 * 1024,
    nodes: wholeNumber('--nodes', values.nodes, 1, 50),
  };
}

function wholeNumber(name, text, least, most) {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${name} must be a whole number from ${least} to ${most}, not "${text}"`);
}
