import type { Greeting } from './greeting.js';
import { hello, Node, PRESENCE, sealed, Subjects, type UnderWay } from './greeter.spec-support.js';
import { deriveKey, OPEN_KEY } from './keyring.js';
import { greetingSubject } from './sealed-greetings.js';

let subjects: Subjects;
let [a, b]: Node[] = [];

beforeEach(() => {
  subjects = new Subjects();
  [a, b] = [new Node(subjects, 'a'), new Node(subjects, 'b')];
});

const isTo = (id: string) => (one: UnderWay) => one.subject === greetingSubject(hello(id).address);
const events = () => [a!.events, b!.events];

describe('two nodes come to one session', () => {
  it('when the one with the greater name comes: the other makes an offer', async () => {
    b!.greeter.announce();
    await subjects.settle();
    expect(events()).toEqual([['up b'], ['up a']]);
    expect([subjects.to('b').length, subjects.to('a').length]).toEqual([1, 1]);
  });

  it('when the one with the smaller name comes: the other knocks, and is made an offer', async () => {
    a!.greeter.announce();
    await subjects.settle();
    expect(events()).toEqual([['up b'], ['up a']]);
    expect([subjects.to('a').length, subjects.to('b').length]).toEqual([2, 1]);
  });

  it('when both come at once, and hear of each other again and again', async () => {
    for (let n = 0; n < 3; n++) for (const node of [a!, b!]) node.greeter.announce();
    await subjects.settle();
    await subjects.clock.advance(60_000);
    await subjects.settle();
    expect(events()).toEqual([['up b'], ['up a']]);
  });

  it('when any one of the greetings is lost, by the next try', async () => {
    for (let lost = 0; lost < 3; lost++) {
      subjects = new Subjects();
      [a, b] = [new Node(subjects, 'a'), new Node(subjects, 'b')];
      let greetings = 0;
      a.greeter.announce();
      await subjects.settle((one) => (isTo('a')(one) || isTo('b')(one)) && greetings++ === lost);
      for (let n = 0; n < 20; n++) {
        await subjects.clock.advance(1_000);
        a.greeter.announce();
        await subjects.settle();
      }
      expect([lost, ...events()]).toEqual([lost, ['up b'], ['up a']]);
    }
  });
});

describe('an answer that takes its time', () => {
  it('still counts, because an offer that is made again is the same one', async () => {
    b!.greeter.announce();
    const held: UnderWay[] = [];
    await subjects.settle((one) => isTo('a')(one) && held.push(one) > 0);
    await subjects.clock.advance(5_500);
    expect(subjects.to('b')).toHaveLength(2);
    subjects.deliver(held[0]!);
    await subjects.settle();
    expect(events()).toEqual([['up b'], ['up a']]);
  });

  it('is made again as it was, and no second session of it', async () => {
    b!.greeter.announce();
    await subjects.settle(isTo('a'));
    await subjects.clock.advance(5_500);
    await subjects.settle(isTo('a'));
    expect(subjects.to('b')).toHaveLength(2);
    const [first, second] = subjects.to('a').map(({ message }) => message.toString('hex'));
    expect(second).toBe(first);
    expect(b!.peers.all()).toHaveLength(1);
  });
});

describe('what is played again', () => {
  it('an offer brings nobody up: the session behind it never begins, and is waited for no longer than its time', async () => {
    b!.greeter.announce();
    await subjects.settle();
    const [offer] = subjects.to('b');
    a!.peers.all()[0]!.cut();
    await subjects.settle();
    a!.greeter.close();
    b!.greeter.close();
    const before = b!.events.length;
    subjects.deliver(offer!);
    expect(b!.peers.all()).toHaveLength(1);
    await subjects.clock.advance(30_000);
    expect([b!.peers.all(), b!.events.length]).toEqual([[], before]);
  });

  it('an answer fits no offer but its own', async () => {
    b!.greeter.announce();
    await subjects.settle();
    const [answer] = subjects.to('a');
    a!.peers.all()[0]!.cut();
    await subjects.settle();
    const before = a!.events.length;
    for (let n = 0; n < 3; n++) subjects.deliver(answer!);
    expect([a!.peers.all().length, a!.events.length]).toEqual([0, before]);
  });

  it('a presence is opened once, and its seal stands for nobody else', async () => {
    b!.greeter.announce();
    await subjects.settle();
    const [presence] = subjects.history;
    const other = Buffer.from(JSON.stringify({ kind: 'presence', from: hello('zebra') }));
    const forged = Buffer.concat([presence!.message.subarray(0, 26), other]);
    a!.receive(PRESENCE, forged);
    await subjects.settle();
    expect(subjects.to('zebra')).toEqual([]);
    expect(a!.log.counts.get('wrong_secret')).toBe(0);
  });
});

describe('a refusal', () => {
  const refuse = (to: string): Greeting => ({
    kind: 'refuse',
    from: hello('b'),
    to,
    code: 'cluster_name',
    message: 'another cluster',
  });
  const toA = greetingSubject(hello('a').address);

  it('of an approach is told to the host, and the node is not asked again at once', async () => {
    b!.greeter.announce();
    await subjects.settle(isTo('b'));
    const [offer] = subjects.to('b');
    const { nonce } = JSON.parse(offer!.message.subarray(26).toString()) as { nonce: string };
    a!.greeter.receive(toA, sealed(OPEN_KEY, toA, refuse(nonce)));
    expect(a!.refused).toEqual([{ code: 'cluster_name', message: 'another cluster' }]);
    await subjects.clock.advance(90);
    expect(subjects.to('b')).toHaveLength(1);
    await subjects.clock.advance(20);
    expect(subjects.to('b')).toHaveLength(2);
  });

  it('of nothing that this node has said is ignored', async () => {
    b!.greeter.announce();
    await subjects.settle(isTo('b'));
    a!.greeter.receive(toA, sealed(OPEN_KEY, toA, refuse('n'.repeat(22))));
    expect([a!.refused, a!.report.mock.calls]).toEqual([[], []]);
  });

  it('of a second life of a name that lives is told to that life, and the first one stays', async () => {
    b!.greeter.announce();
    await subjects.settle();
    const second = new Node(subjects, 'b', [OPEN_KEY], 2);
    second.greeter.announce();
    for (let n = 0; n < 10; n++) {
      await subjects.settle();
      await subjects.clock.advance(500);
    }
    expect(second.refused.map(({ code }) => code)).toContain('name_taken');
    expect([a!.events, second.events]).toEqual([['up b'], []]);
  });
});

describe('two lives of one name that hear each other', () => {
  const TAKEN = expect.objectContaining({ code: 'name_taken' });
  let later: Node;

  beforeEach(() => void (later = new Node(subjects, 'a', [OPEN_KEY], 2)));

  /** Both hear the other, as on a server: a node is told all but what it says itself. */
  async function hearEachOther() {
    a!.receive(PRESENCE, sealed(OPEN_KEY, PRESENCE, { kind: 'presence', from: later.hello }));
    later.receive(PRESENCE, sealed(OPEN_KEY, PRESENCE, { kind: 'presence', from: a!.hello }));
    await subjects.settle();
  }

  it('both say so, and neither approaches the other', async () => {
    await hearEachOther();
    for (const node of [a!, later]) {
      expect(node.report).toHaveBeenCalledWith(
        expect.objectContaining({ refusal: TAKEN, by: 'us', peer: 'a' }),
      );
    }
    expect(subjects.history).toEqual([]);
  });

  it('the later one is refused, though nobody else is there to do so; the earlier one is not', async () => {
    await hearEachOther();
    expect([a!.refused, later.refused]).toEqual([[], [TAKEN]]);
  });

  it('the later one is not refused where it has a peer, whatever is played again', async () => {
    subjects.nodes.splice(subjects.nodes.indexOf(a!), 1);
    b!.greeter.announce();
    await subjects.settle();
    expect(later.events).toEqual(['up b']);
    await hearEachOther();
    expect(later.refused).toEqual([]);
  });
});

it('of several secrets the first of the answering side that both hold seals the session', async () => {
  const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(deriveKey));
  subjects = new Subjects();
  [a, b] = [new Node(subjects, 'a', [one!, two!, three!]), new Node(subjects, 'b', [three!, two!])];
  b.greeter.announce();
  await subjects.settle();
  expect(events()).toEqual([['up b'], ['up a']]);
  const [answer] = subjects.to('a');
  const body = answer!.message.toString();
  expect(body.slice(body.indexOf('{'))).toContain(`"key":"${three!.id}"`);
});
