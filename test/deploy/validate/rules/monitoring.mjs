// What holds for alerts, their tests and the dashboards. Texts and objects come in, what is wrong comes out.

/** Labels that Prometheus and the ServiceMonitor add, and the one of buckets. */
const ADDED_LABELS = ['namespace', 'job', 'version', 'pod', 'instance', 'le'];
/** Of the OS process: docs/operations/metrics.md names them by their beginning only. */
const OF_THE_PROCESS = /^(process|nodejs)_/;

/** @returns {Map<string, { type: string, labels: string[] }>} of the table in docs/operations/metrics.md */
export function documentedMetrics(page) {
  const rows = page.matchAll(/^\| `(noex_\w+)` \| (\w+) \| (.*?) \|/gm);
  return new Map(
    [...rows].map(([, name, type, labels]) => [
      name,
      { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label) },
    ]),
  );
}

/** @returns {string[]} names of metrics in an expression, histograms by their own name */
export function metricsOf(expression) {
  const names = withoutComments(expression).match(/\b(noex|process|nodejs)_\w+/g) ?? [];
  return [...new Set(names)];
}

/** Every metric of an expression is documented, with the labels that are asked of it. */
export function expressionProblems(where, expression, documented) {
  const problems = [];
  for (const name of metricsOf(expression)) {
    if (OF_THE_PROCESS.test(name)) continue;
    const metric = documented.get(name) ?? histogramOf(name, documented);
    if (!metric) {
      problems.push(`${where}: ${name} is no metric`);
      continue;
    }
    const known = [...metric.labels, ...ADDED_LABELS];
    for (const [, matchers] of expression.matchAll(new RegExp(`\\b${name}\\{([^}]*)\\}`, 'g')))
      for (const [, label] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g))
        if (!known.includes(label)) problems.push(`${where}: ${name} has no label ${label}`);
    if (metric.type === 'counter' && !withoutComments(expression).match(/\b(rate|increase|changes)\(/))
      problems.push(`${where}: ${name} only ever grows; take its rate or increase`);
  }
  return problems;
}

function histogramOf(name, documented) {
  const metric = documented.get(name.replace(/_(bucket|sum|count)$/, ''));
  return metric?.type === 'histogram' ? metric : undefined;
}

function withoutComments(expression) {
  return expression.replace(/#.*$/gm, '');
}

/** Each alert has a test in which it fires, with what it says, and one in which it keeps quiet; no test is of an alert that is not there. */
export function alertTestProblems(alerts, { tests }) {
  const tried = tests.flatMap(({ alert_rule_test: cases = [] }) => cases);
  const problems = [];
  for (const { alert } of alerts) {
    const own = tried.filter(({ alertname }) => alertname === alert);
    if (!own.some(({ exp_alerts: expected }) => expected?.length > 0))
      problems.push(`${alert}: no promtool test makes it fire`);
    if (!own.some(({ exp_alerts: expected }) => !expected?.length))
      problems.push(`${alert}: no promtool test keeps it quiet`);
  }
  const names = alerts.map(({ alert }) => alert);
  for (const name of new Set(tried.map(({ alertname }) => alertname)))
    if (!names.includes(name)) problems.push(`${name}: has a promtool test and is no alert`);
  return problems;
}

/** @param {(path: string) => string | undefined} readPage a page of the repository, undefined where there is none */
export function alertProblems({ alert, labels, annotations = {} }, readPage) {
  const problems = [];
  if (!['critical', 'warning'].includes(labels?.severity))
    problems.push(`${alert}: is neither critical nor a warning`);
  for (const name of ['summary', 'description'])
    if (!annotations[name]) problems.push(`${alert}: has no ${name}`);
  const [path, anchor] = (annotations.runbook ?? '').split('#');
  const page = readPage(path);
  if (page === undefined) problems.push(`${alert}: there is no page ${path}`);
  else if (!anchorsOf(page).includes(anchor)) problems.push(`${alert}: ${path} has no section #${anchor}`);
  return problems;
}

/** As GitHub makes them of headings. */
export function anchorsOf(page) {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

/** @returns {{ title: string, expression: string }[]} every query of a dashboard */
export function queriesOf({ title: board, panels }) {
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, refId }) => ({ title: `${board} > ${title} ${refId}`, expression: expr })),
  );
}

/** A dashboard works wherever it is put: by no data source's name, with panels that can be told apart. */
export function dashboardProblems(board) {
  const problems = [];
  const ids = board.panels.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) problems.push(`${board.title}: two panels have one id`);
  for (const { title, type, targets = [], datasource } of board.panels) {
    if (type === 'row') continue;
    if (targets.length === 0) problems.push(`${board.title} > ${title}: asks for nothing`);
    for (const { uid } of [datasource, ...targets.map((target) => target.datasource)])
      if (uid !== '${datasource}') problems.push(`${board.title} > ${title}: the data source is ${uid}`);
    for (const { expr } of targets)
      if (!/namespace=~"\$namespace"/.test(expr))
        problems.push(`${board.title} > ${title}: does not keep to the chosen namespace`);
  }
  const variables = board.templating.list.map(({ name }) => name);
  for (const [, name] of JSON.stringify(board.panels).matchAll(/\$\{?(\w+)/g))
    if (!variables.includes(name) && !name.startsWith('__'))
      problems.push(`${board.title}: there is no variable ${name}`);
  return problems;
}

/** What is measured stands on a dashboard. */
export function unseenMetrics(documented, expressions) {
  const seen = expressions.flatMap(metricsOf).map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  return [...documented.keys()]
    .filter((name) => !seen.includes(name))
    .map((name) => `${name}: on no dashboard`);
}

/** The autoscaler asks for metrics that the adapter's rules make of metrics that there are. */
export function adapterProblems(autoscaler, { rules }, documented) {
  const made = rules.custom.map(({ name }) => name.as);
  const asked = autoscaler.spec.metrics.flatMap(({ pods }) => pods?.metric.name ?? []);
  return [
    ...asked
      .filter((name) => !made.includes(name))
      .map((name) => `no rule of prometheus-adapter makes ${name}`),
    ...rules.custom.flatMap(({ seriesQuery, metricsQuery }) => [
      ...expressionProblems('prometheus-adapter', seriesQuery, documented),
      ...expressionProblems('prometheus-adapter', metricsQuery.replaceAll(/<<.*?>>/g, ''), documented),
    ]),
  ];
}
