import { ProcessRef } from '@noex/contracts';
import type { ProcessContext } from '@noex/runtime';
import { ServedRequests, type ServedRequest } from './served-requests.js';

const [one, two] = [1, 2].map((id) => new ProcessRef('client', 1, id)) as [ProcessRef, ProcessRef];

let watched: ProcessRef[];
let cancelled: string[];
let served: ServedRequests;

const add = (client: ProcessRef, id: number) => {
  const monitor = (ref: ProcessRef) => watched.push(ref);
  const cancel = () => {
    cancelled.push(`${client.id}/${id}`);
    served.remove(client, id);
  };
  served.add(client, id, { cancel } as ServedRequest, { monitor } as ProcessContext);
};

beforeEach(() => {
  [watched, cancelled, served] = [[], [], new ServedRequests()];
  add(one, 1);
  add(one, 2);
  add(two, 1);
});

it('watches a client once, however much it asks', () => {
  expect(watched).toEqual([one, two]);
});

it('knows a request by its client and number, and how many are worked on', () => {
  expect(served.size).toBe(3);
  served.remove(one, 2);
  served.remove(one, 2);
  expect([served.size, served.find(one, 2)]).toEqual([2, undefined]);
  expect(served.find(two, 1)).toBeDefined();
});

it('cancels all that a client waited for when it ends, and watches it anew when it is back', () => {
  served.clientEnded(one);
  expect([cancelled, served.size]).toEqual([['1/1', '1/2'], 1]);
  add(one, 3);
  expect(watched).toEqual([one, two, one]);
});

it('cancels all there is', () => {
  served.cancelAll();
  expect([cancelled, served.size]).toEqual([['1/1', '1/2', '2/1'], 0]);
});
