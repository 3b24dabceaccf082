import fc from 'fast-check';
import {
  DEFAULT_CLUSTER_PORT,
  DEFAULT_DRAIN_MS,
  NODE_VARIABLES,
  OLDER_READY_PATH,
  PROBE_PATHS,
} from '../../libs/cli/src/doctor/model/product.js';
import { readSeed } from '../../libs/cli/src/doctor/model/seed.js';
import { OPTION_DEFAULTS } from '../../libs/nestjs/src/options/option-defaults.js';
import { OPTION_FIELDS, type OptionField } from '../../libs/nestjs/src/options/option-fields.js';
import { isSeed } from '../../libs/nestjs/src/options/seed-form.js';

describe('the doctor', () => {
  it('takes for a seed what a node takes for one, and nothing else', () => {
    const host = fc.constantFrom(
      'shop',
      'shop-0.peers',
      '10.0.0.1',
      '256.1.1.1',
      '[::1]',
      '::1',
      'a_b',
      '-a',
      'a..b',
      '',
    );
    const before = fc.constantFrom(
      '',
      '',
      'dns:',
      'srv:',
      'srv:_c._tcp.',
      'worker-1@',
      '@',
      '_@',
      'a b@',
      'dns:dns:',
    );
    const after = fc.constantFrom(':4369', ':4369', '', ':0', ':65536', ':x', ':1:2', ' ', '/');
    const nearly = fc.tuple(before, host, after).map((parts) => parts.join(''));
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: nearly }, fc.string()), (text) => {
        if (isSeed(text)) accepted++;
        expect(readSeed(text) !== undefined).toBe(isSeed(text));
      }),
      {
        numRuns: 2000,
      },
    );
    expect(accepted).toBeGreaterThan(30);
  });

  it('knows a node by variables that a node reads', () => {
    const read = Object.values<OptionField>(OPTION_FIELDS).map(({ variable }) => variable);
    expect(NODE_VARIABLES.filter((name) => ![...read, 'CLUSTER_SECRET_FILE'].includes(name))).toEqual([]);
  });

  it('knows the defaults of a node', () => {
    expect({ port: DEFAULT_CLUSTER_PORT, drainMs: DEFAULT_DRAIN_MS, paths: PROBE_PATHS }).toEqual({
      port: OPTION_DEFAULTS.port,
      drainMs: OPTION_DEFAULTS['shutdown.drainMs'],
      paths: {
        startup: `/${OPTION_DEFAULTS['health.startupPath']}`,
        live: `/${OPTION_DEFAULTS['health.livePath']}`,
        ready: `/${OPTION_DEFAULTS['health.readyPath']}`,
      },
    });
    // The schema keeps users from giving these two to another path while they are served.
    expect(OPTION_DEFAULTS['health.aliases']).toBe(true);
    expect(OLDER_READY_PATH).toBe('/ready');
  });
});
