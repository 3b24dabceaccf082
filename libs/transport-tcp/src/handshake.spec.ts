import type { Hello, Refusal } from '@noex/contracts';
import { Handshake, type HandshakeResult, type HandshakeStep } from './handshake.js';
import type { HandshakeMessage, HelloMessage } from './handshake-messages.js';

function hello(id: string, incarnation = 1): HelloMessage {
  return {
    kind: 'hello',
    id,
    incarnation,
    clusterName: 'shop',
    protocol: { major: 1, minor: 0 },
    address: `${id}:1`,
    features: [],
  };
}

type Objection = (peer: Hello, arbiter: boolean) => Refusal | undefined;

/** Runs both sides against each other and returns what each sent and how it ended. */
function meet(
  left: HelloMessage,
  right: HelloMessage,
  objections: { left?: Objection; right?: Objection } = {},
) {
  const none = () => undefined;
  const sides = [
    { self: left, machine: new Handshake(left, objections.left ?? none) },
    { self: right, machine: new Handshake(right, objections.right ?? none) },
  ].map((side) => ({
    ...side,
    sent: [] as string[],
    inbox: [] as HandshakeMessage[],
    result: undefined as HandshakeResult | undefined,
  }));
  const [a, b] = [sides[0]!, sides[1]!];
  a.inbox.push(right);
  b.inbox.push(left);
  const deliver = (to: typeof a, from: typeof a) => {
    const step: HandshakeStep = to.machine.receive(to.inbox.shift()!);
    if (step.send) {
      to.sent.push(step.send.kind);
      from.inbox.push(step.send);
    }
    to.result ??= step.result;
  };
  while (a.inbox.length > 0 || b.inbox.length > 0) {
    if (a.inbox.length > 0) deliver(a, b);
    if (b.inbox.length > 0) deliver(b, a);
  }
  return { a, b };
}

it('the greater id says ready, the smaller one accepts, and both are up', () => {
  const { a, b } = meet(hello('a'), hello('b'));
  expect([a.sent, b.sent]).toEqual([['accept'], ['ready']]);
  expect(a.result).toMatchObject({ kind: 'up', peer: { id: 'b', incarnation: 1, address: 'b:1' } });
  expect(b.result).toMatchObject({ kind: 'up', peer: { id: 'a', incarnation: 1, address: 'a:1' } });
});

it.each(['left', 'right'] as const)('an objection of the %s side ends it for both', (side) => {
  const refusal: Refusal = { code: 'name_taken', message: 'two of them' };
  const { a, b } = meet(hello('a'), hello('b'), { [side]: () => refusal });
  const [objector, other] = side === 'left' ? [a, b] : [b, a];
  expect(objector.result).toMatchObject({ kind: 'refused', by: 'us', refusal });
  expect(other.result).toMatchObject({ kind: 'refused', by: 'them', refusal });
});

it('asks the arbiter again at the last moment: another connection may be up by then', () => {
  const duplicate: Refusal = { code: 'duplicate', message: 'again' };
  let asked = 0;
  const { a, b } = meet(hello('a'), hello('b'), { left: () => (++asked > 1 ? duplicate : undefined) });
  expect(a.result).toMatchObject({ by: 'us', refusal: duplicate, peer: { id: 'b' } });
  expect(b.result).toMatchObject({ by: 'them', refusal: { code: 'duplicate' }, peer: { id: 'a' } });
});

it('leaves without a word when an objection arises after the other side is up', () => {
  let asked = 0;
  const stale: Refusal = { code: 'stale_incarnation', message: 'old' };
  const { a, b } = meet(hello('a'), hello('b'), { right: () => (++asked > 1 ? stale : undefined) });
  expect(a.result).toMatchObject({ kind: 'up' });
  expect(b.result).toMatchObject({ kind: 'refused', by: 'us', refusal: stale });
  expect(b.sent).toEqual(['ready']);
});

it('tells each side whether it is the arbiter', () => {
  const roles: Record<string, boolean> = {};
  const note = (name: string) => (_: Hello, arbiter: boolean) => void (roles[name] = arbiter);
  meet(hello('a'), hello('b'), { left: note('a'), right: note('b') });
  expect(roles).toEqual({ a: true, b: false });
});

it.each<[string, (HandshakeMessage | undefined)[]]>([
  ['something unreadable', [undefined]],
  ['ready before hello', [{ kind: 'ready' }]],
  ['accept before hello', [{ kind: 'accept' }]],
  ['two hellos', [hello('b'), hello('b')]],
  ['accept to the arbiter', [hello('b'), { kind: 'accept' }]],
  ['ready to the other', [hello('A'), { kind: 'ready' }]],
])('refuses %s', (_, messages) => {
  const machine = new Handshake(hello('a'), () => undefined);
  const steps = messages.map((message) => machine.receive(message));
  expect(steps.at(-1)).toMatchObject({
    send: { kind: 'refuse' },
    result: { kind: 'refused', refusal: { code: 'not_noex' } },
  });
});

it('takes a refusal before any hello, and nothing after the end', () => {
  const machine = new Handshake(hello('a'), () => undefined);
  const refuse: HandshakeMessage = { kind: 'refuse', code: 'wrong_secret', message: 'm' };
  expect(machine.receive(refuse).result).toMatchObject({ kind: 'refused', by: 'them' });
  expect(machine.receive(hello('b'))).toEqual({});
});

it('tells each side the features of the other, each once', () => {
  const { a, b } = meet({ ...hello('a'), features: ['zip', 'zap', 'zip'] }, hello('b'));
  expect(b.result).toMatchObject({ kind: 'up', features: new Set(['zip', 'zap']) });
  expect(a.result).toMatchObject({ kind: 'up', features: new Set() });
});
