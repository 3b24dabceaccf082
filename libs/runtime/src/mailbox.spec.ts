import fc from 'fast-check';
import { Mailbox } from './mailbox.js';
import { Message, MessageKind } from './message.js';

const message = (name: string, kind: MessageKind = MessageKind.Cast) =>
  new Message(kind, name, undefined, undefined, undefined, null);

const names = (mailbox: Mailbox) => [...mailbox.clear()].map(({ name }) => name);

describe('a mailbox', () => {
  it('gives its messages back in the order of their arrival, and counts them', () => {
    const mailbox = new Mailbox();
    for (const name of ['a', 'b', 'c']) mailbox.push(message(name));
    expect([mailbox.depth, mailbox.highWater, mailbox.empty]).toEqual([3, 3, false]);
    expect(mailbox.shift()?.name).toBe('a');
    mailbox.push(message('d'));
    expect([mailbox.depth, mailbox.highWater]).toEqual([3, 3]);
    expect(names(mailbox)).toEqual(['b', 'c', 'd']);
    expect([mailbox.depth, mailbox.empty, mailbox.shift()]).toEqual([0, true, null]);
  });

  it('puts what was set aside before what came later, oldest first', () => {
    const mailbox = new Mailbox();
    for (const name of ['a', 'b', 'c']) mailbox.push(message(name));
    mailbox.setAside(mailbox.shift()!);
    mailbox.setAside(mailbox.shift()!);
    expect(mailbox.depth).toBe(3);
    mailbox.putBack();
    expect(names(mailbox)).toEqual(['a', 'b', 'c']);
  });

  it('removes the oldest cast and no other message', () => {
    const mailbox = new Mailbox();
    mailbox.push(message('call', MessageKind.Call));
    mailbox.push(message('x'));
    mailbox.push(message('y'));
    expect(mailbox.removeOldestCast()?.name).toBe('x');
    expect(mailbox.removeOldestCast()?.name).toBe('y');
    expect(mailbox.removeOldestCast()).toBeUndefined();
    mailbox.push(message('z'));
    expect(names(mailbox)).toEqual(['call', 'z']);
  });

  it('is a queue, whatever is done to it', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('cast', 'call') },
      { weight: 3, arbitrary: fc.constant('shift') },
      fc.constantFrom('aside', 'back', 'evict'),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const mailbox = new Mailbox();
        let model: string[] = [];
        let aside: string[] = [];
        steps.forEach((what, i) => {
          const name = `${what}${i}`;
          if (what === 'cast' || what === 'call') {
            mailbox.push(message(name, what === 'cast' ? MessageKind.Cast : MessageKind.Call));
            model.push(name);
          } else if (what === 'back') {
            mailbox.putBack();
            model = [...aside, ...model];
            aside = [];
          } else if (what === 'evict') {
            const oldest = model.find((n) => n.startsWith('cast'));
            expect(mailbox.removeOldestCast()?.name).toBe(oldest);
            model = model.filter((n) => n !== oldest);
          } else {
            const taken = mailbox.shift();
            expect(taken?.name).toBe(model.shift());
            if (taken && what === 'aside') {
              mailbox.setAside(taken);
              aside.push(taken.name);
            }
          }
          expect(mailbox.depth).toBe(model.length + aside.length);
          expect(mailbox.empty).toBe(model.length === 0);
        });
        expect(names(mailbox)).toEqual([...aside, ...model]);
      }),
    );
  });
});
