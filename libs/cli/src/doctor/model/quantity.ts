const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** An amount of memory as Kubernetes writes it; `undefined` for what is none. */
export function bytesOf(text: string | undefined): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(k|[MGT]|[KMGT]i)?$/.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * UNITS[unit ?? '']!;
}
