import { createSecretKey, randomBytes } from 'node:crypto';
import { HEAD_BYTES, MessageKind, openMessage, readSent } from './message.js';
import { ReceiveWindow } from './receive-window.js';
import { SealedMessages } from './sealed-messages.js';

const key = createSecretKey(randomBytes(32));

function side() {
  const sent: { subject: string; message: Buffer; bounced?: () => void }[] = [];
  const courier = {
    isUp: true,
    publish: (subject: string, message: Uint8Array) =>
      void sent.push({ subject, message: Buffer.from(message) }),
    publishExpecting: (subject: string, message: Uint8Array, bounced: () => void) =>
      void sent.push({ subject, message: Buffer.from(message), bounced }),
  };
  const inbound = new ReceiveWindow(() => 1_000);
  const messages = new SealedMessages({ id: 7, sendKey: key, subject: 'there', courier, inbound });
  const heads = () => sent.map(({ message }) => openMessage(message, key));
  return { sent, courier, inbound, messages, heads };
}

it('leave for the peer under the seal of the session, with what has come and what may be sent', () => {
  const { messages, inbound, sent, heads } = side();
  inbound.arrive(1, 300, 0);
  messages.publish(MessageKind.Data, Buffer.alloc(HEAD_BYTES + 8), 5);
  expect(sent[0]!.subject).toBe('there');
  expect(heads()).toEqual([{ kind: MessageKind.Data, session: 7, number: 5, ack: 1, credit: 1_300 }]);
  expect(inbound.hasNews).toBe(false);
});

it('without frames have numbers of their own, each the next one, whatever their kind', () => {
  const { messages, heads } = side();
  messages.control(MessageKind.Ack);
  messages.probe(3);
  messages.publish(MessageKind.Data, Buffer.alloc(HEAD_BYTES), 1);
  messages.control(MessageKind.Closed);
  expect(heads().map((head) => [head?.kind, head?.number])).toEqual([
    [MessageKind.Ack, 1],
    [MessageKind.Probe, 2],
    [MessageKind.Data, 1],
    [MessageKind.Closed, 3],
  ]);
});

it('do not leave while there is no server, and are sealed all the same, to be sent again', () => {
  const { messages, courier, sent } = side();
  courier.isUp = false;
  const message = Buffer.alloc(HEAD_BYTES);
  messages.publish(MessageKind.Data, message, 1);
  expect(sent).toEqual([]);
  courier.isUp = true;
  messages.again(message);
  expect(openMessage(sent[0]!.message, key)).toMatchObject({ kind: MessageKind.Data, number: 1 });
});

it('ask what has come, and say where nobody reads', () => {
  const { messages, sent } = side();
  const bounced = jest.fn();
  messages.probe(41);
  messages.probeExpecting(42, bounced);
  expect(sent.map(({ message }) => readSent(message))).toEqual([41, 42]);
  expect(sent.map((one) => one.bounced)).toEqual([undefined, bounced]);
});
