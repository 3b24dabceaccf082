import { thrownReason } from './thrown-reason.js';

it('an error that was thrown is the reason itself', () => {
  const error = new RangeError('too far');
  expect(thrownReason(error)).toBe(error);
});

it.each([
  ['a text', 'out of stock', 'out of stock'],
  ['nothing', undefined, 'undefined'],
  ['an exit reason', 'normal', 'normal'],
])('%s that was thrown becomes an error: a throw is never a planned end', (_, thrown, message) => {
  const reason = thrownReason(thrown);
  expect(reason).toBeInstanceOf(Error);
  expect(reason).toMatchObject({ message });
});
