import { MAX_BOUND_NAMES } from './frame-kind.js';
import { FrameReader, ProtocolError } from './frame-reader.js';
import { PayloadCodec } from './payload-codec.js';

const codec = new PayloadCodec();

function reading(hex: string, reader = new FrameReader(codec)): FrameReader {
  // Surrounded by bytes of other messages, which it must not touch.
  const bytes = Buffer.from(`ffff${hex}ffffffffffffffff`, 'hex');
  reader.open(bytes, 2, 2 + hex.length / 2);
  return reader;
}

it('reads numbers', () => {
  const reader = reading('01' + 'fffe' + 'fffffffe' + 'fffffffffffe' + '0001' + '80000000' + '800000000001');
  expect([reader.u8(), reader.u16(), reader.u32(), reader.u48(), reader.u16()]).toEqual([
    1, 0xfffe, 0xffff_fffe, 0xffff_ffff_fffe, 1,
  ]);
  expect([reader.u32(), reader.u48()]).toEqual([0x8000_0000, 0x8000_0000_0001]);
});

it.each<[string, string, (reader: FrameReader) => unknown]>([
  ['u8', '', (reader) => reader.u8()],
  ['u16', '01', (reader) => reader.u16()],
  ['u32', '010203', (reader) => reader.u32()],
  ['u48', '0102030405', (reader) => reader.u48()],
  ['a name', '00', (reader) => reader.name()],
  ['an inline name', 'ffff0005' + '61626364', (reader) => reader.name()],
  ['an inline name without length', 'ffff00', (reader) => reader.name()],
  ['headers', '00000005' + 'a3616263', (reader) => reader.sizedPayload()],
  ['headers of 4 GB', 'ffffffff' + 'a3616263', (reader) => reader.sizedPayload()],
  ['a payload', 'a5616263', (reader) => reader.payload()],
  ['a payload with more behind it', 'a161c0', (reader) => reader.payload()],
  ['a bound name', '00', (reader) => reader.bindName()],
  ['a name never bound', '0000', (reader) => reader.name()],
])('%s that is cut short or wrong is a ProtocolError', (_, hex, read) => {
  expect(() => read(reading(hex))).toThrow(ProtocolError);
});

it('no bytes are an undefined payload', () => {
  expect(reading('').payload()).toBeUndefined();
  expect(reading('00000000').sizedPayload()).toBeUndefined();
});

it('binds names in turn only, and only so many', () => {
  const reader = new FrameReader(codec);
  const bind = (id: number) => reading(id.toString(16).padStart(4, '0') + '61', reader).bindName();
  expect(() => bind(1)).toThrow(ProtocolError);
  for (let id = 0; id < MAX_BOUND_NAMES; id++) bind(id);
  expect(() => bind(0)).toThrow(ProtocolError);
  expect(() => bind(MAX_BOUND_NAMES)).toThrow(ProtocolError);
  expect(reading('0fff', reader).name()).toBe('a');
});

it('keeps no long names, so that a peer cannot fill the memory with them', () => {
  const long = Buffer.alloc(2_000, 'a').toString('hex');
  expect(() => reading('0000' + long).bindName()).toThrow(ProtocolError);
});
