import { EXIT, type Command, type CommandHost } from '../command.js';
import { diagnose } from './diagnose.js';
import type { Variable } from './model/variable.js';
import { loadSources } from './read/load-sources.js';
import { jsonReport, textReport } from './report.js';

export const doctor: Command = {
  name: 'doctor',
  usage: '[path...] [--env] [--json]',
  summary: 'Reads manifests, Compose files and Dockerfiles, and names what is wrong with them, by line.',
  details: `A path is a folder (the current one where none is given) or a file. In folders it reads *.yaml, *.yml, Dockerfile*,
and .env files; of a Markdown page that is named, the code blocks. It needs no cluster and changes nothing.

  --env   also judges the variables of this process
  --json  one JSON object instead of text

Exit code: 1 where there is an error, 0 otherwise (warnings included), 2 where the command line makes no sense.`,
  options: { env: { type: 'boolean' }, json: { type: 'boolean' } },
  run({ positionals, options }, host) {
    const loaded = loadSources(positionals.length > 0 ? positionals : ['.'], host.cwd);
    const diagnosis = diagnose(loaded.texts, options['env'] === true ? processVariables(host) : []);
    host.writeOut((options['json'] === true ? jsonReport : textReport)(diagnosis, loaded));
    return diagnosis.findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.ok;
  },
};

function processVariables({ env }: CommandHost): Variable[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, raw: value, value, origin: 'literal', file: 'environment', line: 0 }],
  );
}
