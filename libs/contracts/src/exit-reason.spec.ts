import { describeExit, isPlannedExit, type ExitReason } from './exit-reason.js';

it.each<[ExitReason, planned: boolean, text: string]>([
  ['normal', true, 'normal'],
  ['shutdown', true, 'shutdown'],
  [{ shutdown: { anything: 1 } }, true, 'shutdown'],
  ['killed', false, 'killed'],
  ['noproc', false, 'noproc'],
  ['noconnection', false, 'noconnection'],
  ['anything else', false, 'anything else'],
  [new RangeError('out of range'), false, 'RangeError: out of range'],
])('%p is a planned end: %p, in words: %s', (reason, planned, text) => {
  expect(isPlannedExit(reason)).toBe(planned);
  expect(describeExit(reason)).toBe(text);
});

it('keeps the line short, however long the text of an error is', () => {
  const line = describeExit(new Error('y'.repeat(1_000_000)));
  expect(line.length).toBeLessThan(1_100);
  expect(line).toContain('1000000 characters');
});
