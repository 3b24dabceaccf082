import { ProcessRef, type Refusal, type RefusalCode } from '@noex/contracts';
import type { Cluster } from './cluster.js';
import { failure } from './cluster.spec-support.js';
import { connect, listen, writer, type Connection } from './remote/inbound.spec-support.js';
import { FrameKind } from './wire/frame-kind.js';

describe('a call that has no answer yet', () => {
  const end = async (how: (cluster: Cluster, peer: Connection) => void) => {
    const { cluster } = await listen();
    const peer = connect(cluster, 'b');
    peer.close = (reason) => cluster.host.peerDown(peer, reason);
    const call = failure(cluster.call(new ProcessRef('b', peer.peer.incarnation, 1), 'echo'));
    await new Promise(setImmediate);
    how(cluster, peer);
    const error = await call;
    await cluster.stop(10);
    return error;
  };

  it('did not run when its node said goodbye: that answers all it takes before', async () => {
    const goodbye = writer();
    goodbye.plain(FrameKind.Goodbye);
    expect(await end(({ host }, peer) => host.frame(peer, goodbye.batch()))).toMatchObject({
      code: 'node_unreachable',
      outcome: 'not-run',
    });
  });

  it('may have run when its node is lost', async () => {
    expect(await end(({ host }, peer) => host.peerDown(peer, 'connection_closed'))).toMatchObject({
      code: 'node_down',
      outcome: 'unknown',
    });
  });
});

describe('a node that was refused', () => {
  const refusal = (code: RefusalCode): Refusal => ({
    code,
    message: `because of ${code}`,
  });

  it.each<RefusalCode>([
    'wrong_secret',
    'wrong_certificate',
    'cluster_name',
    'protocol_version',
    'arbiter',
    'name_taken',
    'stale_incarnation',
  ])('for %s cannot have a peer, and says why', async (code) => {
    const { cluster } = await listen();
    cluster.host.refused(refusal(code));
    expect(cluster.shutOut).toBe(`because of ${code}`);
    await cluster.stop(10);
  });

  it.each<RefusalCode>(['duplicate', 'self', 'not_noex', 'name_contested'])(
    'for %s only tries again',
    async (code) => {
      const { cluster } = await listen();
      cluster.host.refused(refusal(code));
      expect(cluster.shutOut).toBeUndefined();
      await cluster.stop(10);
    },
  );

  it('may be alone again once nobody has refused it for a while', async () => {
    const { cluster } = await listen();
    const now = jest.spyOn(cluster.node.clock, 'now');
    now.mockReturnValue(1_000);
    cluster.host.refused(refusal('wrong_secret'));
    now.mockReturnValue(61_000);
    cluster.host.refused(refusal('wrong_secret'));
    now.mockReturnValue(150_999);
    expect(cluster.shutOut).toBe('because of wrong_secret');
    now.mockReturnValue(151_000);
    expect(cluster.shutOut).toBeUndefined();
    now.mockRestore();
    await cluster.stop(10);
  });

  it('is not shut out while it has a peer', async () => {
    const { cluster } = await listen();
    const peer = connect(cluster, 'b');
    cluster.host.refused(refusal('wrong_secret'));
    expect(cluster.shutOut).toBeUndefined();
    cluster.host.peerDown(peer, 'connection_closed');
    expect(cluster.shutOut).toBe('because of wrong_secret');
    await cluster.stop(10);
  });
});
