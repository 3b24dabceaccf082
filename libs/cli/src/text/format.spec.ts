import { bytes, duration, plain, plural, roundTrip, short, words } from './format.js';

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [10 * 1024 * 1024, '10 MiB'],
  [1024 ** 2 - 1, '1 MiB'],
  [3 * 1024 ** 5, '3072 TiB'],
  [0.4, '0 B'],
])('shows %d bytes as %s', (count, text) => expect(bytes(count)).toBe(text));

it.each([
  [0, '0 ms'],
  [0.4, '0.4 ms'],
  [999, '999 ms'],
  [1000, '1s'],
  [61_500, '1m 1s'],
  [3_600_000, '1h 0m'],
  [93_784_000, '1d 2h'],
])('shows %d milliseconds as %s', (ms, text) => expect(duration(ms)).toBe(text));

it.each([
  [0, '0'],
  [0.04, '0'],
  [9.94, '9.9'],
  [9.96, '10'],
  [1234.5, '1235'],
])('shortens %d to %s', (value, text) => expect(short(value)).toBe(text));

it('counts and names', () => {
  expect([plural(1, 'node'), plural(0, 'node'), plural(2, 'process', 'processes')]).toEqual([
    '1 node',
    '0 nodes',
    '2 processes',
  ]);
  expect(words('callsCompleted')).toBe('calls completed');
  expect([roundTrip(undefined), roundTrip(0.31)]).toEqual(['-', '0.3 ms']);
});

it('lets no name that a peer chose move the cursor or end the line', () => {
  expect(plain('a\x1b[2Jb\r\nc\u009bd')).toBe('a [2Jb c d');
});
