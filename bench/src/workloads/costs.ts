import { SMALL_BYTES } from '../harness/payload.js';
import { childModule, loneOf, pairOf, pairsInOne, type Subject, type Workload } from '../harness/workload.js';

const noex = childModule('noex-nest');

/** Names that the targets look for. */
export const NOTHING = 'nothing (metrics off)';
export const METRICS = 'metrics (the default)';

type Variant = readonly [name: string, options: object];

const VARIANTS: readonly Variant[] = [
  [NOTHING, { metrics: false }],
  [METRICS, {}],
  ['an interceptor bound to another behavior', { elsewhere: true }],
  ['validation by class-validator', { echo: 'bound', handler: 'checked' }],
  ['an interceptor bound to the handler', { echo: 'bound', handler: 'intercepted' }],
  ['tracing: an OpenTelemetry SDK that records all', { tracing: true }],
  ['`followed: false`', { echo: 'unfollowed' }],
];

const about =
  'The same call, 64 in flight, to nodes that differ in one thing. What is bound elsewhere costs a handler nothing: it is called directly.';

export const costs = (): Workload => ({
  name: 'costs',
  slow: true,
  title: 'What features cost a remote call',
  about,
  cells: [{ inFlight: 64, payloadBytes: SMALL_BYTES }],
  subjects: VARIANTS.map(([name, options]): Subject => pairOf(name, noex, options)),
});

export const metricsCost = (): Workload => ({
  name: 'metrics-cost',
  title: 'What metrics cost a remote call',
  about:
    'Two pairs of processes differ by more than metrics cost. So here both nodes of both pairs are in one process, over TLS on loopback, 64 calls in flight; the CPU time of a call, both ends together, is compared.',
  cells: [{ inFlight: 64, payloadBytes: SMALL_BYTES }],
  leastRounds: 60,
  subjects: pairsInOne(noex, VARIANTS.slice(0, 2)),
});

export const localCosts = (): Workload => ({
  name: 'local-costs',
  title: 'What features cost a local call',
  about,
  cells: [{ inFlight: 64, payloadBytes: SMALL_BYTES }],
  subjects: VARIANTS.map(([name, options]): Subject => loneOf(name, noex, options)),
});
