import { StreamInbox } from './stream-inbox.js';

let inbox: StreamInbox<string>;

beforeEach(() => (inbox = new StreamInbox()));

it('gives what came in order, then the end, as often as it is asked', async () => {
  inbox.next('a');
  inbox.next('b');
  inbox.complete();
  expect([await inbox.take(), await inbox.take(), await inbox.take(), await inbox.take()]).toEqual([
    ['a'],
    ['b'],
    [],
    [],
  ]);
});

it('waits for what has not come yet', async () => {
  const taken = inbox.take();
  inbox.next('a');
  expect(await taken).toEqual(['a']);
  const end = inbox.take();
  inbox.complete();
  expect(await end).toEqual([]);
});

it('ends with the error, after the values before it', async () => {
  inbox.next('a');
  inbox.error({ code: 7 });
  expect(await inbox.take()).toEqual(['a']);
  await expect(inbox.take()).rejects.toEqual({ code: 7 });
});
