/// <reference types="jest" />
import type { ComplianceHost } from './transport-compliance-host.js';
import { MAX_FRAME_BYTES, MAX_QUEUED_BYTES, type ComplianceStage } from './transport-compliance-stage.js';

/** What arrives, and what a full buffer does. */
export function describeFrames(stage: ComplianceStage): void {
  const { pair } = stage;

  describe('frames', () => {
    it('arrive whole and in order, whatever their size', async () => {
      const { b, toB } = await pair();
      const sizes = [0, 1, 3, 0, 4, 5, 1_000, 65_535, 65_536, MAX_FRAME_BYTES, 0, 1, MAX_FRAME_BYTES - 1, 2];
      const sent = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));
      for (const frame of sent) expect(toB.send(frame)).toBe(true);
      await b.received('a', sent.length);
      expect(b.frames.get('a')!.map((frame) => frame.length)).toEqual(sizes);
      b.frames.get('a')!.forEach((frame, index) => expect(Buffer.compare(frame, sent[index]!)).toBe(0));
    });

    it('may cross each other', async () => {
      const { a, b, toA, toB } = await pair();
      const count = 2_000;
      for (let n = 0; n < count; n++) {
        toB.send(Buffer.from(`a${n}`));
        toA.send(Buffer.from(`b${n}`));
      }
      await Promise.all([a.received('b', count), b.received('a', count)]);
      expect(a.frames.get('b')!.map(text)).toEqual(Array.from({ length: count }, (_, n) => `b${n}`));
      expect(b.frames.get('a')!.map(text)).toEqual(Array.from({ length: count }, (_, n) => `a${n}`));
    });

    it('are copied by send: the caller may reuse the bytes', async () => {
      const { b, toB } = await pair();
      const scratch = Buffer.alloc(4);
      for (let n = 0; n < 500; n++) {
        scratch.writeUInt32BE(n);
        toB.send(scratch);
      }
      scratch.fill(0xff);
      await b.received('a', 500);
      expect(b.frames.get('a')!.map((frame) => Buffer.from(frame).readUInt32BE())).toEqual([
        ...Array(500).keys(),
      ]);
    });

    it('beyond the limit are an error to the sender, and the connection stays', async () => {
      const { a, b, toB } = await pair();
      expect(a.transport.maxFrameBytes).toBe(MAX_FRAME_BYTES);
      expect(() => toB.send(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(
        expect.objectContaining({ code: 'message_too_large' }),
      );
      expect(toB.send(Buffer.from('still here'))).toBe(true);
      await b.received('a', 1);
      expect(text(b.frames.get('a')![0]!)).toBe('still here');
    });
  });

  describe('a full buffer', () => {
    it('refuses the frame, says when there is room, and loses or repeats nothing', async () => {
      const { a, b, toB } = await pair();
      const frame = Buffer.alloc(64 * 1024);
      const received: number[] = [];
      b.onFrame = (_, bytes) => received.push(Buffer.from(bytes.buffer, bytes.byteOffset).readUInt32BE(0));
      let accepted = 0;
      const fill = () => {
        for (;;) {
          frame.writeUInt32BE(accepted);
          if (!toB.send(frame)) return;
          accepted++;
          expect(toB.queuedBytes).toBeLessThanOrEqual(MAX_QUEUED_BYTES);
          // The receiver shares this event loop, so it cannot read until the buffer is full.
          if (accepted > 10_000) throw new Error('the buffer has no limit');
        }
      };
      for (let refusals = 1; refusals <= 3; refusals++) {
        fill();
        await a.until('there is room', () => count(a, 'writable') >= refusals);
      }
      await b.until('all is here', () => received.length >= accepted);
      expect(received).toEqual([...Array(accepted).keys()]);
      expect(count(a, 'writable')).toBe(3);
      expect(toB.queuedBytes).toBe(0);
    });
  });
}

function text(frame: Uint8Array): string {
  return Buffer.from(frame).toString();
}

function count({ events }: ComplianceHost, kind: string): number {
  return events.filter((event) => event.kind === kind).length;
}
