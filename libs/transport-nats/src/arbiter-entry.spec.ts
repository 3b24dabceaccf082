import { claimedValue, readEntry, renewedValue } from './arbiter-entry.js';

it('a claim has the revision of its entry as its epoch, and says which claim it was', () => {
  expect(readEntry(7, false, claimedValue('node "a"', 'c1'))).toEqual({
    revision: 7,
    isReleased: false,
    holder: 'node "a"',
    epoch: 7,
    claim: 'c1',
  });
});

it('a renewal keeps the epoch of its claim, whatever its own revision', () => {
  expect(readEntry(9, false, renewedValue({ holder: 'a', epoch: 7 }))).toEqual({
    revision: 9,
    isReleased: false,
    holder: 'a',
    epoch: 7,
  });
});

it('the mark of a release has a revision and nothing else, whatever it holds', () => {
  expect(readEntry(9, true, renewedValue({ holder: 'a', epoch: 7 }))).toMatchObject({
    revision: 9,
    isReleased: true,
    epoch: 9,
  });
});

it.each(['', 'hello', '{', 'null', '7', '[]', '{"holder":7,"epoch":"8"}', '{"epoch":-1}', '{"epoch":1.5}'])(
  'what others wrote, as %j, is of an unknown holder and of no lease',
  (value) => {
    expect(readEntry(9, false, value)).toEqual({
      revision: 9,
      isReleased: false,
      holder: 'unknown',
      epoch: 9,
    });
  },
);
