/// <reference types="jest" />
import type { ComplianceStage } from './transport-compliance-stage.js';

/** How connections and transports end. */
export function describeEnd(stage: ComplianceStage): void {
  const { create, pair } = stage;

  describe('the end', () => {
    it('of a connection hands over what send took, and gives each side its reason', async () => {
      const { a, b, toB } = await pair();
      const frame = new Uint8Array(10_000);
      for (let n = 0; n < 50; n++) expect(toB.send(frame)).toBe(true);
      toB.close('graceful_shutdown');
      expect(toB.send(frame)).toBe(false);
      await Promise.all([a.wentDown('b'), b.wentDown('a')]);
      expect(b.frames.get('a')).toHaveLength(50);
      expect(a.downs('b')[0]).toBe('graceful_shutdown');
      expect(b.downs('a')[0]).toBe('connection_closed');
    });

    it('of a connection happens once, whoever asks how often', async () => {
      const { a, b, toA, toB } = await pair();
      toB.close('heartbeat_timeout');
      toB.close('graceful_shutdown');
      toA.close('graceful_shutdown');
      await Promise.all([a.wentDown('b'), b.wentDown('a')]);
      expect(a.downs('b')[0]).toBe('heartbeat_timeout');
      expect(b.downs('a')[0]).toBe('graceful_shutdown');
      expect(toB.send(new Uint8Array(1))).toBe(false);
    });

    it('of a transport hands over what send took; its own host hears nothing more', async () => {
      const { a, b, toB } = await pair();
      const frame = new Uint8Array(10_000);
      for (let n = 0; n < 50; n++) expect(toB.send(frame)).toBe(true);
      const closed = a.close();
      const seen = [...a.events];
      expect(toB.send(frame)).toBe(false);
      await Promise.all([closed, a.close(), a.transport.close()]);
      await b.wentDown('a');
      expect(b.frames.get('a')).toHaveLength(50);
      expect(b.downs('a')).toEqual(['connection_closed']);
      expect(a.events).toEqual(seen);
    });

    it('is calm while frames arrive and peers come', async () => {
      const { a, b, addressA } = await pair();
      const late = create('c', { seeds: [addressA] });
      const starting = late.transport.start(late);
      const stream = () => {
        const toA = b.connections.get('a');
        if (toA?.send(new Uint8Array(100))) setImmediate(stream);
      };
      stream();
      await a.received('b', 10);
      await Promise.all([a.close(), starting]);
    });

    it('may come before the start', async () => {
      const host = create('a');
      await host.close();
      await expect(host.transport.start(host)).rejects.toMatchObject({ code: 'cluster_start' });
    });

    it('may come during the start', async () => {
      const host = create('a');
      const starting = host.transport.start(host).catch(() => {});
      await host.close();
      await starting;
    });
  });
}
