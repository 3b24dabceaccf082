import { FRAME_HEAD_BYTES, HEAD_BYTES } from './message.js';
import { MAX_BATCH_BYTES, SendQueue } from './send-queue.js';

function sending({ credit = 1e9, maxQueuedBytes = 1e9 } = {}) {
  const sent: { number: number; bytes: number; isLast: boolean }[] = [];
  const queue = new SendQueue({
    credit,
    maxQueuedBytes,
    transmit: (message, number, isLast) => void sent.push({ number, bytes: message.length, isLast }),
  });
  return { queue, sent };
}

it('no message holds more than 512 KiB of frames', () => {
  const { queue, sent } = sending();
  for (let n = 0; n < 10; n++) queue.push(Buffer.alloc(200_000));
  queue.flush();
  expect(sent.map(({ bytes }) => bytes)).toEqual(
    Array(5).fill(HEAD_BYTES + 2 * (FRAME_HEAD_BYTES + 200_000)),
  );
  expect(Math.max(...sent.map(({ bytes }) => bytes))).toBeLessThanOrEqual(HEAD_BYTES + MAX_BATCH_BYTES);
});

it('the largest frame that is allowed fits one message', () => {
  const { queue, sent } = sending();
  queue.push(Buffer.alloc(MAX_BATCH_BYTES - FRAME_HEAD_BYTES));
  queue.push(Buffer.alloc(0));
  queue.flush();
  expect(sent.map(({ bytes }) => bytes)).toEqual([
    HEAD_BYTES + MAX_BATCH_BYTES,
    HEAD_BYTES + FRAME_HEAD_BYTES,
  ]);
});

it('what is acknowledged is let go, what is not is sent again, in order', () => {
  const { queue } = sending();
  for (let n = 0; n < 5; n++) {
    queue.push(Buffer.from([n]));
    queue.flush();
  }
  queue.acknowledge(2, 0);
  expect([queue.sent, queue.acknowledged]).toEqual([5, 2]);
  const again: number[] = [];
  queue.resend((message) => again.push(message.at(-1)!));
  expect(again).toEqual([2, 3, 4]);
  queue.acknowledge(1, 0);
  queue.acknowledge(5, 0);
  queue.resend(() => expect(true).toBe(false));
  expect(queue.acknowledged).toBe(5);
});

it('credit never shrinks, whatever an old message says', () => {
  const { queue, sent } = sending({ credit: 500 });
  queue.open();
  queue.acknowledge(0, 1_000);
  queue.acknowledge(0, 100);
  queue.push(Buffer.alloc(600));
  queue.flush();
  expect(sent).toHaveLength(2);
});

it('the end is marked on the last message that waits, or is a message of its own', () => {
  const { queue, sent } = sending();
  queue.push(Buffer.from('one'));
  queue.end();
  queue.end();
  queue.flush();
  expect(sent.map(({ isLast }) => isLast)).toEqual([true]);
  const idle = sending();
  idle.queue.end();
  idle.queue.flush();
  expect(idle.sent).toEqual([{ number: 1, bytes: HEAD_BYTES, isLast: true }]);
});
