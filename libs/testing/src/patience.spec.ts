import { turn, within } from './patience.js';

it('gives what the promise gives, in time', async () => {
  await expect(within(1_000, Promise.resolve(7), () => 'late')).resolves.toBe(7);
  await expect(within(1_000, Promise.reject(new Error('broken')), () => 'late')).rejects.toThrow('broken');
});

it('says what was awaited, as it is known at the limit', async () => {
  let seen = 0;
  const never = new Promise<void>(() => {});
  const result = within(1, never, () => `waited in vain, saw ${seen}`);
  seen = 3;
  await expect(result).rejects.toThrow('waited in vain, saw 3');
});

it.each([0, 60])('lets the event loop turn, the %ith time too', async (n) => {
  let hasTurned = false;
  setImmediate(() => (hasTurned = true));
  await turn(n);
  expect(hasTurned).toBe(true);
});
