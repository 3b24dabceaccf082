/** What a page of metrics says. */
export interface Exposition {
  /** Values by series, as it is written: `name{label="value"}`. */
  readonly samples: ReadonlyMap<string, number>;
  /** Types by name of the metric. */
  readonly types: ReadonlyMap<string, string>;
}

interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly series: string;
}

interface Family {
  readonly name: string;
  readonly help: string;
  type: string;
  readonly samples: Sample[];
}

const NAME = /^[A-Za-z_:][\w:]*$/;
const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
/** A pair; what follows it has to be a comma or the end. */
const LABEL = /^([A-Za-z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
const NUMBER = /^(?:NaN|[+-]Inf|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;
/** Units that Prometheus' conventions have a base unit for, and their abbreviations. */
const NO_BASE_UNIT =
  /_(?:ms|milliseconds?|us|microseconds?|ns|nanoseconds?|sec|secs|minutes?|hours?|days?|kb|mb|gb|kilobytes?|megabytes?|percent)(?:_|$)/;

/**
 * Reads a page in Prometheus' text format 0.0.4, and throws where it breaks the format or the conventions that `promtool check
 * metrics` looks for.
 */
export function parseExposition(page: string): Exposition {
  if (page.includes('\r')) throw new Error('a line ends in a carriage return');
  if (!/[^\n]\n$/.test(page)) throw new Error('the page does not end in one line end');
  const families = readFamilies(page.slice(0, -1).split('\n'));
  const samples = new Map<string, number>();
  for (const family of families) {
    checkFamily(family);
    for (const { series, value } of family.samples) {
      if (samples.has(series)) throw new Error(`${series} is there twice`);
      samples.set(series, value);
    }
  }
  return { samples, types: new Map(families.map(({ name, type }) => [name, type])) };
}

function readFamilies(lines: readonly string[]): Family[] {
  const families: Family[] = [];
  for (const line of lines) {
    const [, keyword, name, text] = /^# (HELP|TYPE) (\S+)(?: (.*))?$/.exec(line) ?? [];
    const last = families.at(-1);
    if (keyword === 'HELP') {
      if (families.some((family) => family.name === name)) throw new Error(`${name} is declared twice`);
      families.push({ name: name!, help: text ?? '', type: '', samples: [] });
    } else if (keyword === 'TYPE') {
      if (last?.name !== name || last!.type !== '')
        throw new Error(`the type of ${name} follows no help of it`);
      last!.type = text ?? '';
    } else if (line !== '' && !line.startsWith('#')) {
      if (!last || last.type === '') throw new Error(`a sample without type: ${line}`);
      last.samples.push(readSample(line));
    }
  }
  return families;
}

function readSample(line: string): Sample {
  const [, name, list = '', value] = SAMPLE.exec(line) ?? [];
  if (!name || !NUMBER.test(value!)) throw new Error(`not a sample: ${line}`);
  const labels = new Map<string, string>();
  for (let rest = list; rest !== '';) {
    const [pair, label, text] = LABEL.exec(rest) ?? [];
    if (!pair) throw new Error(`wrong labels: ${line}`);
    if (labels.has(label!)) throw new Error(`the label ${label} is there twice: ${line}`);
    labels.set(label!, text!);
    rest = rest.slice(pair.length);
  }
  const series = list === '' ? name : `${name}{${list}}`;
  return { name, labels, value: Number(value!.replace('Inf', 'Infinity')), series };
}

function checkFamily(family: Family): void {
  const { name, help, type, samples } = family;
  if (!NAME.test(name)) throw new Error(`${name} is no name`);
  if (help === '') throw new Error(`${name} has no help`);
  if (!['counter', 'gauge', 'histogram', 'summary'].includes(type)) {
    throw new Error(`${name} is of the unknown type "${type}"`);
  }
  if (/[A-Z]/.test(name) || NO_BASE_UNIT.test(name)) throw new Error(`${name} is no conventional name`);
  if (name.endsWith('_total') !== (type === 'counter')) {
    throw new Error(`${name} is a ${type}: counters end in _total, and nothing else does`);
  }
  if (type === 'histogram') return checkHistogram(family);
  if (type !== 'summary' && /_(?:count|sum|bucket)$/.test(name))
    throw new Error(`${name} ends as a histogram`);
  for (const sample of samples) {
    if (type !== 'summary' && sample.name !== name) throw new Error(`${sample.series} stands among ${name}`);
    if (type === 'counter' && !(sample.value >= 0)) throw new Error(`${sample.series} is ${sample.value}`);
  }
}

function checkHistogram({ name, samples }: Family): void {
  const groups = new Map<string, { le: number; value: number }[]>();
  const totals = new Map<string, number>();
  const sums = new Set<string>();
  for (const sample of samples) {
    const labels = [...sample.labels].filter(([label]) => label !== 'le');
    const key = JSON.stringify(labels.sort());
    if (sample.name === `${name}_bucket`) {
      const le = sample.labels.get('le');
      if (le === undefined) throw new Error(`${sample.series} has no le`);
      const bucket = { le: Number(le.replace('Inf', 'Infinity')), value: sample.value };
      groups.set(key, [...(groups.get(key) ?? []), bucket]);
    } else if (sample.name === `${name}_count`) totals.set(key, sample.value);
    else if (sample.name === `${name}_sum`) sums.add(key);
    else throw new Error(`${sample.series} stands among ${name}`);
  }
  for (const key of new Set([...groups.keys(), ...totals.keys(), ...sums])) {
    const buckets = groups.get(key) ?? [];
    const ascends = buckets.every(
      ({ le, value }, n) => n === 0 || (le > buckets[n - 1]!.le && value >= buckets[n - 1]!.value),
    );
    const last = buckets.at(-1);
    if (!ascends || last?.le !== Infinity || last.value !== totals.get(key) || !sums.has(key)) {
      throw new Error(`${name} ${key} is no histogram`);
    }
  }
}
