import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { PLAIN_UDP_BYTES, readQuery, writeAnswer } from './message.mjs';

const CUT = 0x0200;
const question = Buffer.concat([
  Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  Buffer.from('\x05peers\x04noex\x00\x00\x01\x00\x01', 'latin1'),
]);
const records = (count) =>
  Array.from({ length: count }, (_, i) => ({ type: 'A', name: 'peers.noex', address: `10.0.0.${i}` }));

test('a question is read as it was asked', () => {
  const { id, isRecursive, name, type } = readQuery(question);
  assert.deepEqual(
    { id, isRecursive, name, type },
    { id: 0x1234, isRecursive: true, name: 'peers.noex', type: 'A' },
  );
});

test('an answer that does not fit is cut to nothing and says so', () => {
  const answer = (count) =>
    writeAnswer(
      readQuery(question),
      { exists: true, answers: records(count), additional: [] },
      PLAIN_UDP_BYTES,
    );
  const small = answer(3);
  assert.equal(small.readUInt16BE(2) & CUT, 0);
  assert.equal(small.readUInt16BE(6), 3);
  const large = answer(100);
  assert.equal(large.readUInt16BE(2) & CUT, CUT);
  assert.equal(large.readUInt16BE(6), 0);
  assert.ok(large.length <= PLAIN_UDP_BYTES);
});

test('what is no question throws', () => {
  assert.throws(() => readQuery(Buffer.alloc(4)), /not one question/);
  const pointing = Buffer.from(question);
  pointing[12] = 0xc0;
  assert.throws(() => readQuery(pointing), /does not point elsewhere/);
  for (let i = 0; i < 1000; i++) {
    const noise = Buffer.concat([question.subarray(0, 12), randomBytes(i % 40)]);
    try {
      readQuery(noise);
    } catch (error) {
      assert.ok(error instanceof Error);
    }
  }
});
