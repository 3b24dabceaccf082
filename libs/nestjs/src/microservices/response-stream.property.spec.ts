import fc from 'fast-check';
import { ProcessRef } from '@noex/contracts';
import { ClientRequest } from './client-request.js';
import { ResponseStream } from './response-stream.js';

const SERVER = new ProcessRef('server', 1, 1);

/** A stream from its source to its reader over two ways that are each in order; the reply goes past both. */
class World {
  readonly read: unknown[] = [];
  readonly seen: unknown[] = [];
  readonly ends: unknown[] = [];
  private readonly values: unknown[][] = [];
  private readonly credits: number[] = [];
  private reply: (() => void) | undefined;
  private readonly unread: unknown[] = [];
  private given = 0;
  private underWay = 0;
  mostUnderWay = 0;
  private readonly request: ClientRequest;
  private readonly stream: ResponseStream;

  constructor(window: number) {
    const told = ({
      err,
      response,
      isDisposed,
    }: {
      err?: unknown;
      response?: unknown;
      isDisposed?: boolean;
    }) => {
      if (response !== undefined) {
        this.seen.push(response);
        this.unread.push(response);
      }
      if (isDisposed) this.ends.push(err ?? 'complete');
    };
    const source = { credit: (_: ProcessRef, n: number) => void this.credits.push(n), cancel: () => {} };
    this.request = new ClientRequest(told, source, () => {}, window);
    this.request.server = SERVER;
    const send = async (values: readonly unknown[]) => {
      this.values.push([...values]);
      this.underWay += values.length;
      this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
      await Promise.resolve();
    };
    const end = (packet: object, sent: number) => (this.reply = () => this.request.ended(sent, packet));
    this.stream = new ResponseStream({ send, end, fail: (error) => this.ends.push(error) }, window, Infinity);
  }

  readonly steps = {
    give: () => this.stream.next(++this.given),
    arrive: () => this.values.shift()?.forEach((response) => this.request.value({ response })),
    grant: () => this.stream.grant(this.credits.shift() ?? 0),
    read: () => {
      if (this.unread.length === 0) return;
      this.read.push(this.unread.shift());
      // The last value comes with the reply and takes no room of the window.
      if (this.underWay > 0) this.underWay--;
      this.request.consumed();
    },
    reply: () => {
      this.reply?.();
      this.reply = undefined;
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };

  finish(error: unknown): number {
    if (error === undefined) this.stream.complete();
    else this.stream.error(error);
    return this.given;
  }
}

it('never has more values under way than its window, and loses, repeats and reorders none, whatever the timing', async () => {
  const step = fc.constantFrom('give', 'give', 'arrive', 'grant', 'read', 'reply', 'turn' as const);
  const error = fc.option(fc.constant({ code: 7 }), { nil: undefined });
  const run = fc.asyncProperty(
    fc.integer({ min: 1, max: 9 }),
    fc.array(step, { maxLength: 80 }),
    error,
    async (window, steps, thrown) => {
      const world = new World(window);
      for (const name of steps) await world.steps[name as keyof World['steps']]();
      const given = world.finish(thrown);
      // Now everything goes on, the reply always first.
      for (let n = 0; n < given * 2 + 4; n++) {
        for (const name of ['turn', 'reply', 'arrive', 'read', 'grant'] as const) await world.steps[name]();
      }
      for (let n = 0; n < given; n++) world.steps.read();
      const all = Array.from({ length: given }, (_, n) => n + 1);
      expect(world.seen).toEqual(all);
      expect(world.read).toEqual(all);
      expect(world.ends).toEqual([thrown ?? 'complete']);
      expect(world.mostUnderWay).toBeLessThanOrEqual(window);
    },
  );
  await fc.assert(run, { numRuns: 150 });
});
