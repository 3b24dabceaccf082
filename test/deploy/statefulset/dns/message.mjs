// Messages of DNS (RFC 1035, RFC 2782), as far as a resolver's questions about addresses and services need them.

const TYPES = { A: 1, AAAA: 28, SRV: 33 };
const INTERNET = 1;
const HEADER_BYTES = 12;
const TTL_SECONDS = 5;
/** Of an answer over UDP to who announced no larger one. */
export const PLAIN_UDP_BYTES = 512;

/** @returns {{ id: number, isRecursive: boolean, name: string, type: string, question: Buffer }} `question`: as it was sent */
export function readQuery(message) {
  if (message.length < HEADER_BYTES || message.readUInt16BE(4) !== 1) throw new Error('not one question');
  const labels = [];
  let at = HEADER_BYTES;
  for (let length = message.readUInt8(at++); length > 0; length = message.readUInt8(at++)) {
    if (length > 63) throw new Error('a question does not point elsewhere');
    labels.push(message.toString('latin1', at, (at += length)));
  }
  const number = message.readUInt16BE(at);
  const type = Object.keys(TYPES).find((name) => TYPES[name] === number) ?? String(number);
  return {
    id: message.readUInt16BE(0),
    isRecursive: (message.readUInt8(2) & 1) === 1,
    name: labels.join('.'),
    type,
    question: message.subarray(HEADER_BYTES, at + 4),
  };
}

/** `mostBytes`: an answer that is larger is cut to nothing and says so, whereupon the resolver asks over TCP. */
export function writeAnswer(query, { exists, answers, additional }, mostBytes = Infinity) {
  const records = [...answers, ...additional].map(writeRecord);
  const whole = Buffer.concat([
    header(query, exists, answers.length, additional.length, false),
    query.question,
    ...records,
  ]);
  if (whole.length <= mostBytes) return whole;
  return Buffer.concat([header(query, exists, 0, 0, true), query.question]);
}

function header({ id, isRecursive }, exists, answers, additional, isCut) {
  const QR = 0x8000;
  const AUTHORITATIVE = 0x0400;
  const NO_SUCH_NAME = 3;
  const flags =
    QR | AUTHORITATIVE | (isCut ? 0x0200 : 0) | (isRecursive ? 0x0180 : 0) | (exists ? 0 : NO_SUCH_NAME);
  const words = Buffer.alloc(HEADER_BYTES);
  [id, flags, 1, answers, 0, additional].forEach((word, i) => words.writeUInt16BE(word, 2 * i));
  return words;
}

function writeRecord(record) {
  const data = record.type === 'A' ? addressBytes(record.address) : serviceBytes(record);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPES[record.type], 0);
  fixed.writeUInt16BE(INTERNET, 2);
  fixed.writeUInt32BE(TTL_SECONDS, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameBytes(record.name), fixed, data]);
}

const addressBytes = (address) => Buffer.from(address.split('.').map(Number));

function serviceBytes({ port, target }) {
  const [PRIORITY, WEIGHT] = [0, 100];
  const words = Buffer.alloc(6);
  [PRIORITY, WEIGHT, port].forEach((word, i) => words.writeUInt16BE(word, 2 * i));
  return Buffer.concat([words, nameBytes(target)]);
}

function nameBytes(name) {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), label]),
    Buffer.from([0]),
  ]);
}
