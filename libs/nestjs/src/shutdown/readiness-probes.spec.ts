import { ReadinessProbes } from './readiness-probes.js';

const at = (times: readonly number[]) => {
  const probes = new ReadinessProbes();
  for (const time of times) probes.asked(time);
  return probes;
};

const cases: [what: string, asked: number[], now: number, probed: boolean][] = [
  ['nobody asked', [], 0, false],
  ['one question', [5_000], 5_000, false],
  ['a burst, as of a start that waits', [0, 50, 100, 900], 1_000, false],
  ['two questions a second apart', [0, 1_000], 1_000, true],
  ['probes every ten seconds', [0, 10_000, 20_000], 25_000, true],
  ['a probe that is half a minute ago', [0, 10_000], 40_000, true],
  ['one that is longer ago', [0, 10_000], 40_001, false],
  ['one question, long after others', [0, 10_000, 100_000], 100_500, false],
];
it.each(cases)('tells probes from other questions: %s', (_, asked, now, probed) => {
  expect(at(asked).isProbed(now)).toBe(probed);
});
