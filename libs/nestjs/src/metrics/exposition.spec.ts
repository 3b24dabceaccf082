import { parseExposition } from './exposition.spec-support.js';

const page = (...lines: string[]) => `${lines.join('\n')}\n`;
const gauge = (...samples: string[]) => page('# HELP depth Depth', '# TYPE depth gauge', ...samples);
const histogram = (...samples: string[]) =>
  page('# HELP h_seconds H', '# TYPE h_seconds histogram', ...samples);

describe('the reader of pages, by which the specs judge them', () => {
  it('reads a page as Prometheus does', () => {
    const { samples, types } = parseExposition(
      page(
        '# HELP seen_total Things seen',
        '# TYPE seen_total counter',
        'seen_total{who="a \\"b\\" {c}, \\\\",where="x"} 1e+21',
        '',
        '# a comment',
        '# HELP h_seconds H',
        '# TYPE h_seconds histogram',
        'h_seconds_bucket{le="0.5"} 1',
        'h_seconds_bucket{le="+Inf"} 3',
        'h_seconds_sum 4.5',
        'h_seconds_count 3',
      ),
    );
    expect(samples.get('seen_total{who="a \\"b\\" {c}, \\\\",where="x"}')).toBe(1e21);
    expect([...types]).toEqual([
      ['seen_total', 'counter'],
      ['h_seconds', 'histogram'],
    ]);
  });

  it.each([
    ['no line end at the end', gauge('depth 1').slice(0, -1)],
    ['two of them', `${gauge('depth 1')}\n`],
    ['lines of Windows', gauge('depth 1').replaceAll('\n', '\r\n')],
    ['a sample without a type', page('depth 1')],
    ['a type without help', page('# TYPE depth gauge', 'depth 1')],
    ['empty help', page('# HELP depth', '# TYPE depth gauge', 'depth 1')],
    ['an unknown type', page('# HELP depth D', '# TYPE depth guage', 'depth 1')],
    ['a metric twice', gauge('depth 1') + gauge('depth{a="1"} 1')],
    ['a series twice', gauge('depth{a="1"} 1', 'depth{a="1"} 2')],
    ['a label twice', gauge('depth{a="1",a="2"} 1')],
    ['a label without quotes', gauge('depth{a=1} 1')],
    ['a quote that is not escaped', gauge('depth{a="x"y"} 1')],
    ['an escape that there is not', gauge('depth{a="\\t"} 1')],
    ['a value that is no number', gauge('depth undefined')],
    ['a sample of another metric', gauge('width 1')],
    ['a counter without _total', page('# HELP seen S', '# TYPE seen counter', 'seen 1')],
    ['a gauge with it', page('# HELP seen_total S', '# TYPE seen_total gauge', 'seen_total 1')],
    ['a counter below zero', page('# HELP a_total S', '# TYPE a_total counter', 'a_total -1')],
    ['milliseconds', page('# HELP lag_ms S', '# TYPE lag_ms gauge', 'lag_ms 1')],
    ['a gauge that ends as a histogram', page('# HELP a_sum S', '# TYPE a_sum gauge', 'a_sum 1')],
    ['buckets that fall', histogram('h_seconds_bucket{le="1"} 2', 'h_seconds_bucket{le="+Inf"} 1')],
    ['buckets without end', histogram('h_seconds_bucket{le="1"} 2', 'h_seconds_sum 1', 'h_seconds_count 2')],
    [
      'a count that is not that of the buckets',
      histogram('h_seconds_bucket{le="+Inf"} 2', 'h_seconds_sum 1', 'h_seconds_count 3'),
    ],
    ['no sum', histogram('h_seconds_bucket{le="+Inf"} 2', 'h_seconds_count 2')],
  ])('refuses %s', (_what, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
