import { oncePerScrape } from './once-per-scrape.js';

it('what several metrics need is read once in a scrape, and anew in the next one', async () => {
  let reads = 0;
  const read = oncePerScrape(() => ++reads);
  expect([read(), read(), read()]).toEqual([1, 1, 1]);
  await null;
  expect(read()).toBe(2);
});
