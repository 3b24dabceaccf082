/// <reference types="jest" />
import type { ComplianceStage } from './transport-compliance-stage.js';

/** Who meets whom, and what brings them back together. */
export function describePeers(stage: ComplianceStage, rounds: number): void {
  const { create, start, pair } = stage;

  describe('peers', () => {
    it('presents each side to the other', async () => {
      const { toA, toB, addressA, addressB } = await pair();
      expect(toB.peer).toEqual({ id: 'b', incarnation: 1, address: addressB });
      expect(toA.peer).toEqual({ id: 'a', incarnation: 1, address: addressA });
    });

    it('tells each side the features of the other, known or not', async () => {
      const a = await start('a', { features: ['zip', 'zap'] });
      const b = await start('b', { seeds: [a.address] });
      const [toB, toA] = await Promise.all([a.host.connected('b'), b.host.connected('a')]);
      expect([...toA.features].sort()).toEqual(['zap', 'zip']);
      expect(toB.features.size).toBe(0);
    });

    it('connects a peer that was learned of', async () => {
      const a = await start('a');
      const b = await start('b', { seeds: [a.address] });
      const c = await start('c', { seeds: [b.address] });
      await Promise.all([a.host.connected('b'), c.host.connected('b')]);
      c.host.transport.learn([{ id: 'a', incarnation: 1, address: a.address }]);
      await Promise.all([c.host.connected('a'), a.host.connected('c')]);
    });

    it('connects a node that starts after the one that looks for it', async () => {
      const address = await stage.environment.address();
      const b = await start('b', { seeds: [address] });
      const a = await start('a', { address });
      await Promise.all([a.host.connected('b'), b.host.connected('a')]);
    });

    it('refuses another cluster and says so on both sides', async () => {
      const a = await start('a');
      const b = await start('b', { seeds: [a.address], clusterName: 'other' });
      const c = await start('c', { seeds: [a.address, b.address] });
      await Promise.all([a.host.connected('c'), c.host.connected('a')]);
      const said = () => stage.warnings.filter((line) => line.includes('CLUSTER_NAME')).length;
      await a.host.until('both sides have said why', () => said() >= 2);
      expect(b.host.events).toEqual([]);
      expect([...a.host.connections.keys()]).toEqual(['c']);
    });

    it('finds itself among its seeds and stays alone', async () => {
      const address = await stage.environment.address();
      const a = await start('a', { address, seeds: [address] });
      const b = await start('b', { seeds: [address] });
      await Promise.all([a.host.connected('b'), b.host.connected('a')]);
      expect([...a.host.connections.keys()]).toEqual(['b']);
    });

    it('replaces an incarnation by a newer one at the same address', async () => {
      const { a, b, addressA, addressB } = await pair();
      await b.close();
      const next = await start('b', { address: addressB, seeds: [addressA], incarnation: 2 });
      await Promise.all([a.connected('b', 2), next.host.connected('a')]);
      expect(a.events).toEqual([
        { kind: 'up', peer: 'b', incarnation: 1 },
        { kind: 'down', peer: 'b', incarnation: 1, reason: 'connection_closed' },
        { kind: 'up', peer: 'b', incarnation: 2 },
      ]);
    });

    it(`keeps one connection per pair when all dial all at once, ${rounds} times`, async () => {
      const names = ['a', 'b', 'c', 'd'];
      for (let round = 0; round < rounds; round++) {
        const addresses = await Promise.all(names.map(() => stage.environment.address()));
        const nodes = names.map((id, index) => create(id, { address: addresses[index]!, seeds: addresses }));
        await Promise.all(nodes.map((node) => node.transport.start(node)));
        await Promise.all(
          nodes.flatMap((node) => names.filter((id) => id !== node.self.id).map((id) => node.connected(id))),
        );
        // A frame goes each way over what each side holds: both hold the same connection.
        for (const node of nodes)
          for (const to of node.connections.values()) to.send(Buffer.from(`from ${node.self.id}`));
        await Promise.all(
          nodes.flatMap((node) =>
            names.filter((id) => id !== node.self.id).map((id) => node.received(id, 1)),
          ),
        );
        for (const node of nodes) {
          expect(node.events.map(({ kind }) => kind)).toEqual(['up', 'up', 'up']);
          expect([...node.frames.values()].map(({ length }) => length)).toEqual([1, 1, 1]);
        }
        await Promise.all(nodes.map((node) => node.close()));
      }
    }, 60_000);
  });

  describe('a lost connection', () => {
    it('comes back, again and again, whoever lost it', async () => {
      const { a, b } = await pair();
      for (let round = 1; round <= 10; round++) {
        const connection = round % 2 === 0 ? await a.connected('b') : await b.connected('a');
        connection.close(round % 3 === 0 ? 'heartbeat_timeout' : 'connection_closed');
        await Promise.all([a.wentDown('b', round), b.wentDown('a', round)]);
      }
      const [toB, toA] = await Promise.all([a.connected('b'), b.connected('a')]);
      expect([toB.send(Buffer.from('hello')), toA.send(Buffer.from('hello'))]).toEqual([true, true]);
      await Promise.all([a.received('b', 1), b.received('a', 1)]);
    });
  });
}
