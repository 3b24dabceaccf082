import type { Row } from '../harness/result.js';
import type { Workload } from '../harness/workload.js';
import { bytes, inUnit, short, time, whole } from './format.js';
import { markdownTable } from './table.js';
import { lineChart, type Series } from './chart.js';

/** What the cells of one table differ in. */
type Axis = 'inFlight' | 'count';

export interface Chart {
  /** Without extension. */
  readonly name: string;
  readonly svg: string;
}

/** A table for each size of payload: subjects down, what is varied across. */
export function tablesOf(workload: Workload, rows: readonly Row[]): string {
  const sizes = distinct(rows.map((row) => row.payloadBytes));
  return sizes
    .map((size) => {
      const caption = sizes.length > 1 && size !== null ? `Payload of ${bytes(size)}:\n\n` : '';
      return (
        caption +
        tableOf(
          workload,
          rows.filter((row) => row.payloadBytes === size),
        )
      );
    })
    .join('\n\n');
}

function tableOf(workload: Workload, rows: readonly Row[]): string {
  const axis = axisOf(rows);
  const at = distinct(rows.map((row) => row[axis]));
  const hasCpu = rows.some((row) => row.cpuUs !== null);
  const cpuAt = at.includes(64) && axis === 'inFlight' ? 64 : at.at(-1)!;
  const head = [
    axis === 'count' ? (workload.counts ?? 'count') : at.length === 1 && at[0] === null ? '' : 'in flight',
    ...at.map((value) => (value === null ? 'result' : whole(value))),
    ...(hasCpu ? [cpuAt === null || at.length === 1 ? 'CPU per op' : `CPU per op at ${whole(cpuAt)}`] : []),
    'spread',
  ];
  const body = distinct(rows.map((row) => row.subject)).map((subject) => {
    const own = rows.filter((row) => row.subject === subject);
    const of = (value: number | null) => own.find((row) => row[axis] === value);
    const cpu = of(cpuAt)?.cpuUs ?? null;
    return [
      subject,
      ...at.map((value) => cellText(of(value))),
      ...(hasCpu ? [cpu === null ? '–' : time(cpu)] : []),
      `${Math.round(Math.max(...own.map((row) => row.spread)) * 100)} %`,
    ];
  });
  return markdownTable(head, body);
}

function cellText(row: Row | undefined): string {
  if (!row) return '–';
  if (row.value !== null) return inUnit(row.value, row.unit);
  if (row.opsPerSec === null) return '–';
  const latency = row.p50Us === null ? '' : ` (${time(row.p50Us)}, ${time(row.p99Us!)})`;
  return `${short(row.opsPerSec)}/s${latency}`;
}

/** Growth of each unit against what is varied, where there are at least three points. */
export function chartsOf(workload: Workload, rows: readonly Row[]): Chart[] {
  const charts: Chart[] = [];
  for (const size of distinct(rows.map((row) => row.payloadBytes))) {
    const own = rows.filter((row) => row.payloadBytes === size);
    const axis = axisOf(own);
    for (const unit of distinct(own.map((row) => row.unit))) {
      const at = (row: Row) => row.value ?? row.opsPerSec;
      const series = seriesOf(
        own.filter((row) => row.unit === unit),
        (row) => [row[axis], at(row)],
      );
      if (series.every(({ points }) => points.length < 3)) continue;
      const payload = size === null || axis === 'count' ? '' : `, payload of ${bytes(size)}`;
      const name = [workload.name, axis === 'inFlight' && size, unit?.replace(/\W/g, '')]
        .filter(Boolean)
        .join('-');
      charts.push({
        name,
        svg: lineChart(series, {
          title: workload.title + payload,
          x: axis === 'count' ? (workload.counts ?? 'count') : 'in flight',
          y: unit === null ? 'operations per second' : unit === 'ms' ? 'time' : unit,
          labelX: whole,
          labelY: (value) => inUnit(value, unit),
        }),
      });
    }
  }
  return [...charts, ...payloadChart(workload, rows)];
}

/** Operations against the size of the payload, at 64 in flight. */
function payloadChart(workload: Workload, rows: readonly Row[]): Chart[] {
  const own = rows.filter((row) => row.inFlight === 64 && row.payloadBytes !== null && row.count === null);
  const series = seriesOf(own, (row) => [row.payloadBytes, row.opsPerSec]);
  if (series.every(({ points }) => points.length < 3)) return [];
  const options = { x: 'payload', y: 'operations per second', labelX: bytes, labelY: short };
  const title = `${workload.title}, 64 in flight`;
  return [{ name: `${workload.name}-payload`, svg: lineChart(series, { title, ...options }) }];
}

function seriesOf(rows: readonly Row[], at: (row: Row) => [number | null, number | null]): Series[] {
  return distinct(rows.map((row) => row.subject)).map((name) => {
    const points = rows
      .filter((row) => row.subject === name)
      .map(at)
      .filter((point): point is [number, number] => point.every((value) => value !== null && value > 0))
      .sort(([a], [b]) => a - b);
    return { name, points };
  });
}

function axisOf(rows: readonly Row[]): Axis {
  return rows.some((row) => row.count !== null) ? 'count' : 'inFlight';
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
