const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `0 B`, `1.5 KiB`, `12 MiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1023.95 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : short(value)} ${BYTE_UNITS[unit]}`;
}

/** At most one digit behind the point, and none from 10 on: `0`, `0.4`, `9.9`, `10`, `1234`. */
export function short(value: number): string {
  return String(value < 9.95 ? Number(value.toFixed(1)) : Math.round(value));
}

const TIME_UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** The two largest units: `3d 4h`, `2m 5s`, `12s`; below a second `40 ms`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${short(ms)} ms`;
  let rest = Math.floor(ms / 1000);
  const parts: string[] = [];
  for (const [unit, seconds] of TIME_UNITS) {
    const count = Math.floor(rest / seconds);
    rest %= seconds;
    if (count > 0 || parts.length > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join(' ');
}

/** Of a peer; `-` until it was measured. */
export function roundTrip(ms: number | undefined): string {
  return ms === undefined ? '-' : `${short(ms)} ms`;
}

/** `1 process`, `2 processes`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `callsCompleted` as `calls completed`. */
export function words(camelCase: string): string {
  return camelCase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What came over the network, on one line and without what a terminal obeys. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
