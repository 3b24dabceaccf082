import { ProcessRef } from '@noex/contracts';
import { ClientRequest } from './client-request.js';

const SERVER = new ProcessRef('server', 1, 1);

function setup(window = 4) {
  const told: unknown[] = [];
  const did: unknown[] = [];
  const request = new ClientRequest(
    (packet) => told.push(packet),
    { credit: (_, credits) => did.push(['credit', credits]), cancel: () => did.push('cancel') },
    () => did.push('closed'),
    window,
  );
  request.server = SERVER;
  return { request, told, did };
}

it('tells the end when all values before it have come, though the reply is first', () => {
  const { request, told, did } = setup();
  request.ended(2, { response: 'c' });
  request.value({ response: 'a' });
  expect(did).toEqual([]);
  request.value({ response: 'b' });
  expect(told).toEqual([{ response: 'a' }, { response: 'b' }, { response: 'c', isDisposed: true }]);
  expect(did).toEqual(['closed']);
});

it('grants room as values are consumed, and none once it has ended', () => {
  const { request, did } = setup(2);
  request.consumed();
  expect(did).toEqual([['credit', 1]]);
  request.ended(1, {});
  request.consumed();
  expect(did).toEqual([['credit', 1]]);
});

it('tells its server once that nobody waits any more, and nothing after', () => {
  const { request, told, did } = setup();
  request.cancel();
  request.cancel();
  request.value({ response: 'late' });
  request.ended(1, {});
  request.failed('late');
  expect([told, did]).toEqual([[], ['closed', 'cancel']]);
});

it('cancels nothing that has ended or was never sent', () => {
  const ended = setup();
  ended.request.ended(1, {});
  ended.request.cancel();
  const unsent = setup();
  unsent.request.server = undefined;
  unsent.request.cancel();
  expect([ended.did, unsent.did]).toEqual([['closed'], ['closed']]);
});

it('tells an error once', () => {
  const { request, told } = setup();
  request.failed('lost');
  request.failed('again');
  request.ended(0, {});
  expect(told).toEqual([{ err: 'lost' }]);
});
