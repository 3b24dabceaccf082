import { DeadlockError, type ProcessRef } from '@noex/contracts';
import { LocalNode } from './local-node.js';
import { defineBehavior, plainDriver } from './plain-behavior.js';
import type { ProcessContext } from './process-context.js';

/** Calls along a way of refs: each process calls the next one while it handles the call. */
const hopper = plainDriver(
  defineBehavior({
    name: 'hopper',
    init: () => null,
    handleCall: {
      hop: async (
        [next, ...rest]: ProcessRef[],
        state: null,
        ctx: ProcessContext,
      ): Promise<[unknown, null]> => [next ? await ctx.call(next, 'hop', rest) : 'arrived', state],
      // Does not wait: the handler ends before the answer comes.
      send: (next: ProcessRef, state: null, ctx: ProcessContext): [unknown, null] => {
        void ctx.call(next, 'hop', [ctx.self]);
        return ['sent', state];
      },
    },
  }),
);

async function hoppers(count: number): Promise<{ node: LocalNode; refs: ProcessRef[] }> {
  const node = new LocalNode({ id: 'n' });
  const refs = await Promise.all(Array.from({ length: count }, () => node.spawn(hopper)));
  return { node, refs };
}

const reason = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { data: { data?: unknown; path?: string[] }; remoteData?: unknown; name: string }) => error,
  );

describe('a call that would wait for itself fails at once', () => {
  it('when a process calls itself', async () => {
    const { node, refs } = await hoppers(1);
    const [a] = refs as [ProcessRef];
    const error = await reason(node.call(a, 'hop', [a]));
    expect(error).toMatchObject({ name: 'DeadlockError', remoteData: { path: [String(a), String(a)] } });
  });

  it('when two processes call each other, with the way in the error', async () => {
    const { node, refs } = await hoppers(2);
    const [a, b] = refs as [ProcessRef, ProcessRef];
    const error = await reason(node.call(a, 'hop', [b, a]));
    expect(error).toMatchObject({ name: 'DeadlockError', remoteData: { path: [a, b, a].map(String) } });
  });

  it('through any number of processes', async () => {
    const { node, refs } = await hoppers(5);
    const error = await reason(node.call(refs[0]!, 'hop', [...refs.slice(1), refs[2]!]));
    expect(error).toMatchObject({ remoteData: { path: [...refs, refs[2]].map(String) } });
  });

  it('with an error that says that the work was not done', () => {
    expect(new DeadlockError('x').outcome).toBe('not-run');
  });
});

describe('a call that does not wait for itself goes through', () => {
  it('along processes that are not in its way', async () => {
    const { node, refs } = await hoppers(4);
    await expect(node.call(refs[0]!, 'hop', refs.slice(1))).resolves.toBe('arrived');
  });

  it('when the process further up did not wait for it', async () => {
    const { node, refs } = await hoppers(2);
    const [a, b] = refs as [ProcessRef, ProcessRef];
    await expect(node.call(a, 'send', b)).resolves.toBe('sent');
    await expect(node.call(b, 'hop', [a])).resolves.toBe('arrived');
  });
});
