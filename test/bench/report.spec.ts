import type { Row } from '../../bench/src/harness/result.js';
import { lineChart } from '../../bench/src/report/chart.js';
import { bytes, inUnit, short, time, whole } from '../../bench/src/report/format.js';
import { replaceResults } from '../../bench/src/report/page.js';
import { chartsOf, tablesOf } from '../../bench/src/report/sections.js';
import { markdownTable } from '../../bench/src/report/table.js';
import { judge } from '../../bench/src/report/targets.js';

const row = (given: Partial<Row>): Row => ({
  workload: 'remote-call',
  subject: 'noex, Nest, secret',
  inFlight: null,
  payloadBytes: null,
  count: null,
  opsPerSec: null,
  p50Us: null,
  p99Us: null,
  cpuUs: null,
  value: null,
  unit: null,
  spread: 0,
  perRound: [],
  ...given,
});

const workload = { name: 'remote-call', title: 'Remote calls', about: '', cells: [], subjects: [] };

describe('numbers in the report', () => {
  it.each([
    [short(1_364_787), '1.36 M'],
    [short(235_112), '235 k'],
    [short(999.7), '1.00 k'],
    [short(48.21), '48.2'],
    [short(NaN), '–'],
    [whole(300_000), '300,000'],
    [time(46.4), '46.4 µs'],
    [time(1_250), '1.25 ms'],
    [time(2_500_000), '2.50 s'],
    [bytes(32), '32.0 B'],
    [bytes(65_536), '64.0 KiB'],
    [inUnit(46.1, 'ms'), '46.1 ms'],
    [inUnit(0.034, '%'), '0.034 %'],
    [inUnit(1_200, 'bytes/s'), '1.17 KiB/s'],
  ])('%s reads %s', (written, wanted) => expect(written).toBe(wanted));
});

describe('a table', () => {
  it('has columns of one width, and keeps bars in its cells apart from its own', () => {
    expect(
      markdownTable(
        ['a', 'bc'],
        [
          ['long name', '1'],
          ['a|b', '22'],
        ],
      ),
    ).toBe(
      ['| a         |  bc |', '| --------- | --: |', '| long name |   1 |', '| a\\|b      |  22 |'].join(
        '\n',
      ),
    );
  });

  it('shows subjects down and what is varied across, for each size of payload', () => {
    const rows = [1, 64].flatMap((inFlight) =>
      [32, 1024].map((payloadBytes) =>
        row({
          inFlight,
          payloadBytes,
          opsPerSec: inFlight * payloadBytes,
          p50Us: 5,
          p99Us: 9,
          cpuUs: 2,
          spread: inFlight / 100,
        }),
      ),
    );
    const text = tablesOf(workload, rows);
    expect(text.match(/^Payload of .*:$/gm)).toEqual(['Payload of 32.0 B:', 'Payload of 1.00 KiB:']);
    expect(text).toMatch(/\| in flight +\| +1 \| +64 \| CPU per op at 64 \| spread \|/);
    expect(text).toContain('2.05 k/s (5.00 µs, 9.00 µs)');
    expect(text).toContain('64 %');
  });
});

describe('a chart', () => {
  const options = { title: 'A < B & C', x: 'in flight', y: 'calls/s', labelX: whole, labelY: short };
  const series = [
    {
      name: 'one',
      points: [
        [1, 1_000],
        [10, 10_000],
        [100, 100_000],
      ] as const,
    },
    {
      name: 'two',
      points: [
        [1, 2_000],
        [100, 2_000],
      ] as const,
    },
  ];
  const svg = lineChart(series, options);
  const lines = [...svg.matchAll(/<polyline[^>]*points="([^"]*)"/g)].map(([, points]) =>
    points!.split(' ').map((point) => point.split(',').map(Number) as [number, number]),
  );

  it('has a line for each series with a point for each value', () => {
    expect(lines.map((points) => points.length)).toEqual([3, 2]);
    expect(svg).toContain('>one</text>');
  });

  it('has logarithmic axes: equal ratios are equal distances, and more is higher', () => {
    const [[x1, y1], [x2, y2], [x3, y3]] = lines[0] as [[number, number], [number, number], [number, number]];
    expect(x2 - x1).toBeCloseTo(x3 - x2);
    expect(y1 - y2).toBeCloseTo(y2 - y3);
    expect(y2).toBeLessThan(y1);
    expect(lines[1]![0]![1]).toBe(lines[1]![1]![1]);
  });

  it('keeps every point within its borders', () => {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
    for (const [x, y] of lines.flat()) {
      expect(x > 0 && x < width!).toBe(true);
      expect(y > 0 && y < height!).toBe(true);
    }
  });

  it('escapes what is text', () => expect(svg).toContain('A &lt; B &amp; C'));

  it('is drawn for what grows over three points or more, one for each unit, and over the size of the payload', () => {
    const calls = [32, 1024, 65536].flatMap((payloadBytes) =>
      [1, 64, 256].map((inFlight) => row({ inFlight, payloadBytes, opsPerSec: 1e4 })),
    );
    expect(chartsOf(workload, calls).map(({ name }) => name)).toEqual([
      'remote-call-32',
      'remote-call-1024',
      'remote-call-65536',
      'remote-call-payload',
    ]);
    const mesh = [10, 25, 50].flatMap((count) =>
      ['ms', 'bytes'].map((unit) => row({ workload: 'mesh', subject: unit, count, value: count, unit })),
    );
    expect(chartsOf({ ...workload, name: 'mesh' }, mesh).map(({ name }) => name)).toEqual([
      'mesh-ms',
      'mesh-bytes',
    ]);
    expect(chartsOf(workload, calls.slice(0, 2))).toEqual([]);
  });
});

describe('the targets', () => {
  const verdict = (rows: Row[], what: RegExp) => judge(rows).find((each) => what.test(each.what))!;
  const call = (subject: string, inFlight: number, perRound: number[]) =>
    row({ subject, inFlight, payloadBytes: 32, perRound, p50Us: perRound[0]! });

  it('are judged by ratios of the same round', () => {
    const nest = call('@nestjs/microservices TCP', 64, [10, 100]);
    const what = /64 in flight, to @nestjs/;
    expect(verdict([call('noex, Nest, secret', 64, [60, 600]), nest], what)).toMatchObject({
      measured: '6.00 ×',
      verdict: 'PASS',
    });
    expect(verdict([call('noex, Nest, secret', 64, [49, 490]), nest], what)).toMatchObject({
      measured: '4.90 ×',
      verdict: 'FAIL',
    });
  });

  it('are judged by what is lower where less is better', () => {
    const rows = (p50: number) => [
      call('noex, Nest, secret', 1, [p50]),
      call('@nestjs/microservices TCP', 1, [100]),
    ];
    expect(verdict(rows(130), /p50/)).toMatchObject({ target: '≤ 1.30 ×', verdict: 'PASS' });
    expect(verdict(rows(131), /p50/)).toMatchObject({ measured: '1.31 ×', verdict: 'FAIL' });
  });

  it('judge a burst by the time of one cast', () => {
    const burst = (count: number, ms: number) =>
      row({ workload: 'burst', subject: 'plain form', count, perRound: [ms], value: ms });
    const what = /a cast in a burst/;
    expect(verdict([burst(1e5, 10), burst(1e6, 300)], what)).toMatchObject({
      measured: '3.00 ×',
      verdict: 'PASS',
    });
    expect(verdict([burst(1e5, 10), burst(1e6, 301)], what)).toMatchObject({
      measured: '3.01 ×',
      verdict: 'FAIL',
    });
  });

  it('are not judged by what was not measured', () => {
    expect(new Set(judge([]).map((each) => each.verdict))).toEqual(new Set(['not measured']));
  });
});

describe('the page', () => {
  const marks =
    '<!-- results: written by `npm run bench -- --docs`, do not edit -->|<!-- end of results -->'.split('|');

  it('gets new results between its marks, and keeps the rest', () => {
    const page = `# Title\n\n${marks[0]}\n\nold\n\n${marks[1]}\n\nrest\n`;
    const once = replaceResults(page, 'new');
    expect(once).toBe(`# Title\n\n${marks[0]}\n\nnew\n\n${marks[1]}\n\nrest\n`);
    expect(replaceResults(once, 'new')).toBe(once);
  });

  it('is refused without its marks', () => {
    expect(() => replaceResults('# Title', 'new')).toThrow(/no place for the results/);
  });
});
