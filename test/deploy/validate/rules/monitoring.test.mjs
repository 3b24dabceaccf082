import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as monitoring from './monitoring.mjs';

const documented = monitoring.documentedMetrics(
  [
    '| metric | type | labels | help |',
    '| `noex_ready` | gauge |  | Readiness |',
    '| `noex_calls_total` | counter | `target`, `outcome` | Calls |',
    '| `noex_call_seconds` | histogram | `behavior` | Time |',
  ].join('\n'),
);

describe('the rules of expressions', () => {
  const check = (expression) => monitoring.expressionProblems('x', expression, documented);

  it('have nothing against metrics that there are, with their labels', () => {
    assert.deepEqual(
      check('sum by (pod) (rate(noex_calls_total{outcome="ok", pod=~"a"}[5m])) / noex_ready'),
      [],
    );
    assert.deepEqual(
      check('rate(noex_call_seconds_bucket{behavior="a"}[5m]) and process_cpu_seconds_total'),
      [],
    );
    assert.deepEqual(check('noex_ready # not noex_ready_at_all'), []);
  });
  it('find a metric that nobody has', () => {
    assert.deepEqual(check('noex_redy == 0'), ['x: noex_redy is no metric']);
    assert.deepEqual(check('noex_ready_bucket'), ['x: noex_ready_bucket is no metric']);
  });
  it('find a label that the metric does not have', () =>
    assert.deepEqual(check('rate(noex_calls_total{reason="ok"}[1m])'), [
      'x: noex_calls_total has no label reason',
    ]));
  it('find a total that is shown as it is', () =>
    assert.match(check('noex_calls_total > 0')[0], /only ever grows/));
});

describe('the rules of alerts', () => {
  const alert = {
    alert: 'A',
    labels: { severity: 'warning' },
    annotations: { summary: 's', description: 'd', runbook: 'docs/a.md#a-mailbox-is-full' },
  };
  const page = (path) => (path === 'docs/a.md' ? '# Title\n\n## A mailbox is full\n' : undefined);
  const fires = { alertname: 'A', exp_alerts: [{ exp_labels: {} }] };
  const keepsQuiet = { alertname: 'A', exp_alerts: [] };
  const tests = (...cases) => ({ tests: [{ alert_rule_test: cases }] });

  it('want a test in which it fires, and one in which it keeps quiet', () => {
    assert.deepEqual(monitoring.alertTestProblems([alert], tests(fires, keepsQuiet)), []);
    assert.match(monitoring.alertTestProblems([alert], tests(keepsQuiet))[0], /makes it fire/);
    assert.match(monitoring.alertTestProblems([alert], tests(fires))[0], /keeps it quiet/);
    assert.match(monitoring.alertTestProblems([], tests(fires))[0], /is no alert/);
  });
  it('want a runbook that is there, down to its section', () => {
    const withRunbook = (runbook) => ({ ...alert, annotations: { ...alert.annotations, runbook } });
    assert.deepEqual(monitoring.alertProblems(alert, page), []);
    assert.match(
      monitoring.alertProblems(withRunbook('docs/b.md#a'), page)[0],
      /there is no page docs\/b\.md/,
    );
    assert.match(
      monitoring.alertProblems(withRunbook('docs/a.md#a-mailbox'), page)[0],
      /no section #a-mailbox/,
    );
  });
  it('want a severity and words', () =>
    assert.equal(monitoring.alertProblems({ ...alert, labels: {}, annotations: {} }, page).length, 4));
});

describe('the rules of dashboards', () => {
  const board = (change) => {
    const datasource = { uid: '${datasource}' };
    const target = { refId: 'A', datasource, expr: 'noex_ready{namespace=~"$namespace"}' };
    const made = {
      title: 'b',
      templating: { list: [{ name: 'datasource' }, { name: 'namespace' }] },
      panels: [
        { id: 1, title: 'p', type: 'stat', datasource, targets: [target] },
        { id: 2, title: 'r', type: 'row' },
      ],
    };
    change?.(made);
    return monitoring.dashboardProblems(made);
  };

  it('have nothing against one that works anywhere', () => assert.deepEqual(board(), []));
  it('find two panels with one id', () =>
    assert.match(board(({ panels }) => (panels[1].id = 1))[0], /one id/));
  it('find a panel that asks for nothing', () =>
    assert.match(board(({ panels }) => (panels[0].targets = []))[0], /for nothing/));
  it('find a data source that is somebody’s own', () =>
    assert.match(board(({ panels }) => (panels[0].targets[0].datasource = { uid: 'P123' }))[0], /P123/));
  it('find a query that does not keep to what was chosen', () =>
    assert.match(board(({ panels }) => (panels[0].targets[0].expr = 'noex_ready'))[0], /chosen namespace/));
  it('find a variable that is not there', () =>
    assert.match(board(({ templating }) => templating.list.pop())[0], /no variable namespace/));
  it('find a metric that stands on no dashboard', () =>
    assert.deepEqual(
      monitoring.unseenMetrics(documented, ['noex_ready', 'rate(noex_call_seconds_sum[1m])']),
      ['noex_calls_total: on no dashboard'],
    ));
});

describe('the rules of the adapter', () => {
  const autoscaler = { spec: { metrics: [{ pods: { metric: { name: 'noex_ready' } } }] } };
  const rule = {
    seriesQuery: 'noex_ready{pod!=""}',
    name: { as: 'noex_ready' },
    metricsQuery: 'avg(noex_ready{<<.LabelMatchers>>})',
  };
  const check = (change) =>
    monitoring.adapterProblems(autoscaler, { rules: { custom: [{ ...rule, ...change }] } }, documented);

  it('want a rule for what the autoscaler asks', () => {
    assert.deepEqual(check({}), []);
    assert.match(check({ name: { as: 'queue' } })[0], /no rule of prometheus-adapter makes noex_ready/);
  });
  it('want it made of a metric that there is', () =>
    assert.match(check({ seriesQuery: 'noex_queue' })[0], /is no metric/));
});
