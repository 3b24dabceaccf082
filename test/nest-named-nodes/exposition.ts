/**
 * The samples of a Prometheus page by name and labels. Throws where the page breaks the format's rules for what several nodes could
 * collide in: one head for each metric, its samples right below, no series twice.
 */
export function samplesOf(page: string): Map<string, number> {
  const samples = new Map<string, number>();
  const heads = new Set<string>();
  let current = '';
  for (const line of page.split('\n').filter((text) => text !== '')) {
    const [, type] = /^# TYPE (\S+)/.exec(line) ?? [];
    if (type !== undefined) {
      if (heads.has(type)) throw new Error(`${type} is declared twice`);
      heads.add((current = type));
    } else if (!line.startsWith('#')) {
      const [series, value] = [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' '))];
      if (!series.startsWith(current)) throw new Error(`${series} does not stand below its head`);
      if (samples.has(series)) throw new Error(`${series} is there twice`);
      samples.set(series, Number(value));
    }
  }
  return samples;
}
