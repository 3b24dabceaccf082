import { PROTOCOL_VERSION, RefusalLog, silentLogger, type Hello, type Refusal } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import type { Greeting } from './greeting.js';
import { deriveKey, OPEN_KEY, type ClusterKey } from './keyring.js';
import { ANSWER_EVERY_MS, greetingSubject, SealedGreetings } from './sealed-greetings.js';
import { addressOf, presenceSubject } from './subjects.js';

const PRESENCE = presenceSubject('shop');
let [right, wrong]: ClusterKey[] = [];

beforeAll(async () => void ([right, wrong] = await Promise.all(['right', 'wrong'].map(deriveKey))));

const hello = (id: string): Hello => {
  const identity = { id, incarnation: 1, clusterName: 'shop' };
  return { ...identity, protocol: PROTOCOL_VERSION, features: [], address: addressOf(identity) };
};
const presence = (id: string): Greeting => ({ kind: 'presence', from: hello(id) });

/** The greetings of one node, and what became of them. */
function node(id: string, keys: readonly ClusterKey[], peers = 0) {
  const clock = new VirtualClock();
  const sent: { subject: string; message: Uint8Array; bounced?: () => void }[] = [];
  const refused: Refusal[] = [];
  const log = new RefusalLog(silentLogger, clock);
  const warn = jest.spyOn(log, 'report');
  const greetings = new SealedGreetings({
    host: { self: hello(id), refused: (refusal: Refusal) => refused.push(refusal) } as never,
    hello: hello(id),
    courier: {
      publish: (subject, message) => void sent.push({ subject, message }),
      publishExpecting: (subject, message, bounced) => void sent.push({ subject, message, bounced }),
    },
    clock,
    log,
    peers: { size: peers },
    keys: () => keys,
  });
  /** The bytes that this node would say there. */
  const bytes = (subject: string, greeting: Greeting) => {
    greetings.say(subject, greeting);
    return sent.pop()!.message;
  };
  return { clock, sent, refused, log, warn, greetings, bytes };
}

it('of a node with the same secret are opened, with the secrets that both hold', () => {
  const [a, b] = [node('a', [right!, wrong!]), node('b', [wrong!])];
  expect(b.greetings.open(PRESENCE, a.bytes(PRESENCE, presence('a')))).toEqual({
    greeting: presence('a'),
    keys: [wrong!.id],
  });
  expect([b.refused, b.sent, b.log.counts.get('wrong_secret')]).toEqual([[], [], 0]);
});

it('leave for one subject, and say when nobody reads there', () => {
  const { greetings, sent } = node('a', [right!]);
  const bounced = jest.fn();
  greetings.sayExpecting('there', presence('a'), bounced);
  expect(sent).toMatchObject([{ subject: 'there', bounced }]);
  const elsewhere = node('b', [right!]);
  expect(elsewhere.greetings.open('elsewhere', sent[0]!.message)).toBeUndefined();
  expect(elsewhere.greetings.open('there', sent[0]!.message)).toBeDefined();
});

describe('of a node with another secret', () => {
  const stranger = () => node('b', [wrong!]).bytes(PRESENCE, presence('b'));

  it('are not opened, are counted, and are said with the cause', () => {
    const { greetings, log, warn } = node('a', [right!]);
    expect(greetings.open(PRESENCE, stranger())).toBeUndefined();
    expect(log.counts.get('wrong_secret')).toBe(1);
    expect(warn.mock.calls).toEqual([
      [
        {
          refusal: {
            code: 'wrong_secret',
            message: `who calls itself node "b" does not hold this cluster's secret; set the same CLUSTER_SECRET on both`,
          },
          by: 'us',
          remote: hello('b').address,
          peer: 'b',
        },
      ],
    ]);
  });

  it('shut out a node that is alone, whatever kind they are', () => {
    const { greetings, refused } = node('a', [right!]);
    const own = greetingSubject(hello('a').address);
    const nonce = 'n'.repeat(22);
    const said: [string, Greeting][] = [
      [PRESENCE, presence('b')],
      [own, { kind: 'knock', from: hello('b'), nonce }],
      [own, { kind: 'offer', from: hello('b'), nonce, credit: 1 }],
    ];
    for (const [n, [subject, greeting]] of said.entries()) {
      greetings.open(subject, node('b', [wrong!]).bytes(subject, greeting));
      expect(refused.map(({ code }) => code)).toEqual(Array(n + 1).fill('wrong_secret'));
    }
  });

  it('say nothing against a node that has a peer, which holds the same secret', () => {
    const { greetings, refused, log } = node('a', [right!], 1);
    greetings.open(PRESENCE, stranger());
    expect([refused, log.counts.get('wrong_secret')]).toEqual([[], 1]);
  });

  it('are answered, so that it hears that it is not alone, and no more than once a second', async () => {
    const { greetings, sent, clock } = node('a', [right!]);
    for (let n = 0; n < 10; n++) greetings.open(PRESENCE, stranger());
    expect(sent.map(({ subject }) => subject)).toEqual([greetingSubject(hello('b').address)]);
    await clock.advance(ANSWER_EVERY_MS);
    greetings.open(PRESENCE, stranger());
    expect(sent).toHaveLength(2);
    const other = node('b', [wrong!]);
    other.greetings.open(sent[0]!.subject, sent[0]!.message);
    expect(other.refused).toMatchObject([{ code: 'wrong_secret' }]);
  });

  it('are not answered where they are an answer themselves, so that no two nodes go on for ever', () => {
    const { greetings, sent, refused } = node('a', [right!]);
    const own = greetingSubject(hello('a').address);
    greetings.open(own, node('b', [wrong!]).bytes(own, presence('b')));
    expect([sent, refused.length]).toEqual([[], 1]);
  });
});

it('of nobody at all are counted and shut nobody out', () => {
  const { greetings, refused, log, sent } = node('a', [OPEN_KEY]);
  for (const text of ['', 'N', 'hello', `N\u0001${'x'.repeat(24)}{}`, `N\u0001${'x'.repeat(24)}{"kind":1}`]) {
    expect(greetings.open(PRESENCE, Buffer.from(text))).toBeUndefined();
  }
  expect([refused, sent]).toEqual([[], []]);
  expect([log.counts.get('not_noex'), log.counts.get('wrong_secret')]).toEqual([3, 2]);
});
