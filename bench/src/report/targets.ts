import type { Row } from '../harness/result.js';
import { median, medianRatio } from '../harness/statistics.js';
import { SMALL_BYTES } from '../harness/payload.js';
import { HUNG, IDLE_CPU, KILLED, MESH_MEMORY, MESH_TLS } from '../workloads/clusters.js';
import { METRICS, NOTHING } from '../workloads/costs.js';
import { PLAIN, SERVICE, SPAWNED_CLASS } from '../workloads/local.js';
import {
  BARE,
  BARE_PROMISE,
  NATS,
  NEST_TCP,
  NOEX,
  NOEX_NATS,
  NOEX_PLAIN,
} from '../workloads/remote-subjects.js';
import { inUnit, short } from './format.js';

/** What is wanted, and how far it is reached by the rows at hand. */
export interface Verdict {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly verdict: 'PASS' | 'FAIL' | 'not measured';
}

type Where = Partial<Pick<Row, 'inFlight' | 'payloadBytes' | 'count'>>;
type Find = (workload: string, subject: string, where?: Where) => Row | undefined;

interface Target {
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: '×' | 'ops/s' | 'ms' | 'bytes' | '%';
  readonly measure: (find: Find) => number | undefined;
}

export function judge(rows: readonly Row[]): Verdict[] {
  const find: Find = (workload, subject, where = {}) =>
    rows.find(
      (row) =>
        row.workload === workload &&
        row.subject === subject &&
        (Object.keys(where) as (keyof Where)[]).every((key) => row[key] === where[key]),
    );
  return TARGETS.map((target) => verdictOf(target, target.measure(find)));
}

function verdictOf({ what, atLeast, atMost, unit }: Target, value: number | undefined): Verdict {
  const written = (amount: number): string => {
    if (unit === '×') return `${amount.toFixed(2)} ×`;
    return unit === 'ops/s' ? `${short(amount)}/s` : inUnit(amount, unit);
  };
  const target = atLeast === undefined ? `≤ ${written(atMost!)}` : `≥ ${written(atLeast)}`;
  if (value === undefined || Number.isNaN(value))
    return { what, target, measured: '–', verdict: 'not measured' };
  const holds = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
  return { what, target, measured: written(value), verdict: holds ? 'PASS' : 'FAIL' };
}

/** The median over rounds of one subject's number over another's. */
function ratio(a: Row | undefined, b: Row | undefined): number | undefined {
  return a && b && medianRatio(a.perRound, b.perRound);
}

/** The CPU time of an operation of one subject, over another's. */
function cpuRatio(a: Row | undefined, b: Row | undefined): number | undefined {
  return a?.cpuUs && b?.cpuUs ? a.cpuUs / b.cpuUs : undefined;
}

const middle = (row: Row | undefined): number | undefined => row && median(row.perRound);

const call =
  (subject: string, inFlight: number, payloadBytes: number = SMALL_BYTES) =>
  (find: Find) =>
    find('remote-call', subject, { inFlight, payloadBytes });

const callRatio =
  (a: string, b: string, inFlight: number, payloadBytes?: number) =>
  (find: Find): number | undefined =>
    ratio(call(a, inFlight, payloadBytes)(find), call(b, inFlight, payloadBytes)(find));

const latencyRatio =
  (a: string, b: string) =>
  (find: Find): number | undefined => {
    const [p50, other] = [call(a, 1)(find)?.p50Us, call(b, 1)(find)?.p50Us];
    return p50 && other ? p50 / other : undefined;
  };

const TARGETS: readonly Target[] = [
  ...[64, 256].map((inFlight): Target => ({
    what: `calls/s, secret on, ${inFlight} in flight, to @nestjs/microservices TCP`,
    atLeast: 5,
    unit: '×',
    measure: callRatio(NOEX, NEST_TCP, inFlight),
  })),
  {
    what: 'calls/s, secret on, 64 in flight, to a bare socket that only moves bytes',
    atLeast: 0.5,
    unit: '×',
    measure: callRatio(NOEX, BARE, 64),
  },
  {
    what: 'the same, to a bare socket with a promise per message',
    atLeast: 0.5,
    unit: '×',
    measure: callRatio(NOEX, BARE_PROMISE, 64),
  },
  {
    what: 'p50 latency of a call at 1 in flight, secret on, to @nestjs/microservices TCP (plain)',
    atMost: 1.3,
    unit: '×',
    measure: latencyRatio(NOEX, NEST_TCP),
  },
  { what: 'the same over plain TCP', atMost: 0.9, unit: '×', measure: latencyRatio(NOEX_PLAIN, NEST_TCP) },
  {
    what: 'calls/s of 1 KiB, secret on, 64 in flight, to @nestjs/microservices TCP',
    atLeast: 4,
    unit: '×',
    measure: callRatio(NOEX, NEST_TCP, 64, 1024),
  },
  ...[64, 256].map((inFlight): Target => ({
    what: `calls/s over NATS, ${inFlight} in flight, to plain nc.request()`,
    atLeast: 4,
    unit: '×',
    measure: callRatio(NOEX_NATS, NATS, inFlight),
  })),
  {
    what: 'casts delivered/s to calls/s (256 in flight), secret on',
    atLeast: 3,
    unit: '×',
    measure: (find) => ratio(find('cast', NOEX), find('cast', `${NOEX}, calls`)),
  },
  {
    what: 'local calls/s, 64 in flight, plain form',
    atLeast: 1.5e6,
    unit: 'ops/s',
    measure: (find) => middle(find('local-call', PLAIN, { inFlight: 64 })),
  },
  {
    what: 'the same, Nest class through the service',
    atLeast: 1e6,
    unit: 'ops/s',
    measure: (find) => middle(find('local-call', SERVICE, { inFlight: 64 })),
  },
  {
    what: 'spawn + stop/s, local, plain form',
    atLeast: 300e3,
    unit: 'ops/s',
    measure: (find) => middle(find('spawn-stop', PLAIN, { inFlight: 64 })),
  },
  {
    what: 'the same, Nest class with a dependency',
    atLeast: 100e3,
    unit: 'ops/s',
    measure: (find) => middle(find('spawn-stop', SPAWNED_CLASS, { inFlight: 64 })),
  },
  {
    what: 'remote spawns/s, 64 in flight',
    atLeast: 50e3,
    unit: 'ops/s',
    measure: (find) => middle(find('remote-spawn', SPAWNED_CLASS, { inFlight: 64 })),
  },
  {
    what: 'a burst of 300,000 casts to one process',
    atMost: 1_000,
    unit: 'ms',
    measure: (find) => middle(find('burst', PLAIN, { count: 3e5 })),
  },
  {
    what: 'a cast in a burst of 1,000,000, to one in a burst of 100,000 (quadratic would be 10 ×)',
    atMost: 3,
    unit: '×',
    measure: (find) => {
      const times = ratio(find('burst', PLAIN, { count: 1e6 }), find('burst', PLAIN, { count: 1e5 }));
      return times && times / 10;
    },
  },
  {
    what: 'heap per idle process, plain form',
    atMost: 400,
    unit: 'bytes',
    measure: (find) => middle(find('memory', 'idle process, plain form')),
  },
  {
    what: 'heap per idle process, Nest class with a dependency',
    atMost: 700,
    unit: 'bytes',
    measure: (find) => middle(find('memory', 'idle process, Nest class with a dependency')),
  },
  {
    what: 'calls per second of CPU time with metrics, to those without',
    atLeast: 0.97,
    unit: '×',
    measure: (find) => cpuRatio(find('metrics-cost', NOTHING), find('metrics-cost', METRICS)),
  },
  { what: 'a killed node is seen', atMost: 100, unit: 'ms', measure: (find) => middle(find('loss', KILLED)) },
  { what: 'a hung node is seen', atMost: 5_000, unit: 'ms', measure: (find) => middle(find('loss', HUNG)) },
  {
    what: 'a second node is up after it listens',
    atMost: 1_000,
    unit: 'ms',
    measure: (find) => middle(find('join', NOEX)),
  },
  {
    what: '50 nodes in one OS process, TCP and TLS: whole mesh',
    atMost: 6_000,
    unit: 'ms',
    measure: (find) => middle(find('mesh', MESH_TLS, { count: 50 })),
  },
  {
    what: 'the same over the memory transport',
    atMost: 1_000,
    unit: 'ms',
    measure: (find) => middle(find('mesh', MESH_MEMORY, { count: 50 })),
  },
  {
    what: 'idle CPU per node at 50 nodes',
    atMost: 1,
    unit: '%',
    measure: (find) => middle(find('idle', IDLE_CPU, { count: 50 })),
  },
];
