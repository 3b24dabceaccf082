import { RemoteError } from '@noex/contracts';
import { caught, setup } from './local-node.spec-support.js';
import type { ProcessContext } from './process-context.js';

describe('a payload', () => {
  it('passes by reference, both ways', async () => {
    const { node } = setup();
    const ref = await node.spawn('puppet');
    const payload = { lines: [1] };
    expect(await node.call(ref, 'echo', payload)).toBe(payload);
  });

  describe('with copyPayload', () => {
    const copyPayload = (payload: unknown): unknown => {
      if (payload === 'unsendable') throw new TypeError('cannot be sent');
      return Array.isArray(payload) ? [...payload, 'copy'] : payload;
    };

    it('is copied on its way to init, to a handler, and back', async () => {
      const { node, puppet } = setup({ copyPayload });
      let args: unknown;
      const ref = await node.spawn(
        { ...puppet, init: (_, given) => void (args = given) },
        { args: ['args'] },
      );
      expect(args).toEqual(['args', 'copy']);
      expect(await node.call(ref, 'echo', ['call'])).toEqual(['call', 'copy', 'copy']);
    });

    it('is copied for casts, infos and deferred replies as well', async () => {
      const { clock, node, puppet } = setup({ copyPayload });
      const got: unknown[] = [];
      const note = (_: unknown, __: string, payload: unknown) => void got.push(payload);
      const ref = await node.spawn({ ...puppet, cast: note, info: note });
      node.cast(ref, 'x', ['cast']);
      node.send(ref, 'x', ['info']);
      await clock.advance(0);
      expect(got).toEqual([
        ['cast', 'copy'],
        ['info', 'copy'],
      ]);
      expect(
        await node.call(ref, 'do', (context: ProcessContext) => context.deferReply().ok(['late'])),
      ).toEqual(['late', 'copy']);
    });

    it('that cannot be copied fails its call, cast and spawn with that error, and nothing waits', async () => {
      const { clock, node, nothingLeft } = setup({ copyPayload });
      expect(await caught(node.spawn('puppet', { args: 'unsendable', name: 'name' }))).toBeInstanceOf(
        TypeError,
      );
      nothingLeft();
      const ref = await node.spawn('puppet');
      expect(await caught(node.call(ref, 'echo', 'unsendable'))).toBeInstanceOf(TypeError);
      expect(() => node.cast(ref, 'echo', 'unsendable')).toThrow(TypeError);
      expect(() => node.send(ref, 'echo', 'unsendable')).toThrow(TypeError);
      expect([node.wheel.size, clock.pending]).toEqual([0, 0]);
    });

    it('that is a reply and cannot be copied is the error of a handler that ran', async () => {
      const { node } = setup({ copyPayload });
      const ref = await node.spawn('puppet');
      const error = await caught(node.call(ref, 'do', () => 'unsendable'));
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ name: 'TypeError', outcome: 'ran' });
      expect(node.isAlive(ref)).toBe(true);
    });
  });
});
