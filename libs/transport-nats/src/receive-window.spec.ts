import { ReceiveWindow } from './receive-window.js';

it('takes what is next, knows what it has, and asks once for what is missing', () => {
  const window = new ReceiveWindow(() => 1_000);
  expect([
    window.arrive(1, 10, 0),
    window.arrive(2, 10, 0),
    window.arrive(2, 10, 0),
    window.arrive(1, 10, 0),
  ]).toEqual(['next', 'next', 'repeated', 'repeated']);
  expect([
    window.arrive(4, 10, 0),
    window.arrive(5, 10, 100),
    window.arrive(6, 10, 249),
    window.arrive(7, 10, 250),
  ]).toEqual(['ahead', 'ahead-asked', 'ahead-asked', 'ahead']);
  expect(window.received).toBe(2);
  expect(window.arrive(3, 10, 250)).toBe('next');
  // What was asked for came: the next gap is asked for at once.
  expect(window.arrive(9, 10, 250)).toBe('ahead');
});

it('counts only what came in order, so that both sides know the same bytes', () => {
  const window = new ReceiveWindow(() => 1_000);
  window.arrive(1, 300, 0);
  window.arrive(1, 300, 0);
  window.arrive(3, 300, 0);
  expect(window.credit).toBe(1_300);
});

it('owes news once a quarter of the window has come without any', () => {
  const window = new ReceiveWindow(() => 1_000);
  window.arrive(1, 249, 0);
  expect([window.owesNews, window.hasNews]).toEqual([false, true]);
  window.arrive(2, 1, 0);
  expect(window.owesNews).toBe(true);
  window.told();
  expect([window.owesNews, window.hasNews]).toEqual([false, false]);
});
