import { ProcessNotFoundError, type NodeDownReason, type PeerConnection } from '@noex/contracts';
import { LocalNode } from '@noex/runtime';
import { FrameKind } from '../wire/frame-kind.js';
import { PayloadCodec } from '../wire/payload-codec.js';
import { resolvePeerLimits } from './peer-limits.js';
import { Peer } from './peer.js';
import { ServedCall } from './served-call.js';
import { Serving } from './serving.js';

class Connection implements PeerConnection {
  readonly features = new Set<string>();
  readonly peer = { id: 'b', incarnation: 1, address: 'b:1' };
  readonly queuedBytes = 0;
  readonly kinds: number[] = [];

  send(frame: Uint8Array): boolean {
    this.kinds.push(frame[4]!);
    return true;
  }

  close(_reason: NodeDownReason): void {}
}

function served() {
  const node = new LocalNode({ id: 'a', incarnation: 1 });
  const connection = new Connection();
  const serving = new Serving();
  const limits = resolvePeerLimits({}, 1e6);
  const peer = new Peer(node, connection, serving, new PayloadCodec(), limits);
  return { node, connection, serving, peer, call: new ServedCall(peer, 7, Infinity) };
}

const answers: [string, number, (call: ServedCall) => void][] = [
  ['ok', FrameKind.Reply, (call) => call.ok(1)],
  ['fail', FrameKind.Failed, (call) => call.fail(new ProcessNotFoundError('gone'))],
  ['threw', FrameKind.Threw, (call) => call.threw({ name: 'Error', message: 'm' })],
];

it.each(answers)('is answered once, by whoever comes first: %s', (_, kind, first) => {
  const { connection, serving, peer, call } = served();
  expect(serving.calls).toBe(1);
  first(call);
  for (const [, , answer] of answers) answer(call);
  peer.flush();
  expect(connection.kinds).toEqual([kind]);
  expect([serving.calls, serving.answered]).toEqual([0, 1]);
});

it('has nobody to answer once its node is lost, which is counted', () => {
  const { node, connection, serving, peer, call } = served();
  expect(call.abandoned).toBe(false);
  peer.lost('connection_closed');
  expect(call.abandoned).toBe(true);
  call.ok(1);
  call.ok(1);
  expect([connection.kinds, serving.calls, node.drops.get('reply_to_lost_node')]).toEqual([[], 0, 1]);
});

describe('whoever waits for the end of the calls', () => {
  const never = { now: () => 0, setTimeout: () => null, clearTimeout: () => {} };

  it('does not wait when there are none', async () => {
    await new Serving().whenIdle(never, 1_000);
  });

  it('does not wait for those whose callers have given up', async () => {
    const waits: number[] = [];
    const clock = {
      now: () => 100,
      setTimeout: (resolve: () => void, delayMs: number) => {
        waits.push(delayMs);
        resolve();
      },
      clearTimeout: () => {},
    };
    const serving = new Serving();
    serving.begin(50);
    await serving.whenIdle(clock, 1_000);
    serving.begin(400);
    await serving.whenIdle(clock, 1_000);
    serving.begin(5_000);
    await serving.whenIdle(clock, 1_000);
    expect(waits).toEqual([0, 300, 1_000]);
  });

  it('waits for the last', async () => {
    const serving = new Serving();
    serving.begin(Infinity);
    serving.begin(Infinity);
    let idle = false;
    const waiting = serving.whenIdle(never, 1_000).then(() => (idle = true));
    serving.end(false);
    await Promise.resolve();
    expect(idle).toBe(false);
    serving.end(true);
    await waiting;
    expect([serving.answered, serving.failed]).toEqual([2, 1]);
  });
});
