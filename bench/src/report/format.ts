/** Three digits, and a letter for thousands: `1.36 M`, `235 k`, `48.2`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const steps: [number, string][] = [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
    [1, ''],
  ];
  const [unit, letter] = steps.find(([size]) => Math.abs(value) >= size * 0.9995) ?? [1, ''];
  return `${digits(value / unit)}${letter}`;
}

/** A count as people write it: `300,000`, `64`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Microseconds in the unit that reads best. */
export function time(us: number): string {
  return us < 1_000 ? `${digits(us)} µs` : us < 1e6 ? `${digits(us / 1e3)} ms` : `${digits(us / 1e6)} s`;
}

export function bytes(count: number): string {
  if (count < 1024) return `${digits(count)} B`;
  return count < 1024 ** 2 ? `${digits(count / 1024)} KiB` : `${digits(count / 1024 ** 2)} MiB`;
}

/** A number of the given unit. */
export function inUnit(value: number, unit: string | null): string {
  switch (unit) {
    case 'ms':
      return time(value * 1e3);
    case 'bytes':
      return bytes(value);
    case 'bytes/s':
      return `${bytes(value)}/s`;
    case '%':
      return `${digits(value)} %`;
    default:
      return short(value);
  }
}

function digits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 || value === 0 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}
