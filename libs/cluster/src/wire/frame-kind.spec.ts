import { ProcessRef } from '@noex/contracts';
import { FrameKind } from './frame-kind.js';
import { FrameWriter } from './frame-writer.js';
import { PayloadCodec } from './payload-codec.js';

// Protocol 1.0 as it was recorded. A change here is a change of the protocol: nodes of one cluster run different releases
// during a rolling update, so it needs a new protocol version, not a new expectation.
const codec = new PayloadCodec();

const recorded: [kind: keyof typeof FrameKind, write: (to: FrameWriter) => void, hex: string][] = [
  [
    'Call',
    (to) => to.call(7, 5000, 258, 'add', { sku: 'A1' }, undefined, undefined),
    '000000060100006164640000001c020000000700001388000000000102000000de0001a3736b75a24131',
  ],
  [
    'Call',
    (to) => to.call(0x01020304, 0, 0x0a0b0c0d0e0f, 'add', undefined, 3, { t: 'x' }),
    '00000006010000616464000000230201020304000000000a0b0c0d0e0f00000300000000000300000007de0001a174a178',
  ],
  [
    'Call',
    (to) => to.call(7, 5000, 258, 'add', 5, 9, undefined, [{ ref: new ProcessRef('n', 1, 2), turn: 3 }]),
    '00000006010000616464000000270200000007000013880000000001020000050000000000090000000a92d4010093a16e01020305',
  ],
  [
    'Cast',
    (to) => to.message(FrameKind.Cast, 258, 'clear', undefined, undefined, undefined),
    '00000008010000636c6561720000000a03000000000102000000',
  ],
  [
    'Info',
    (to) => to.message(FrameKind.Info, 258, 'tick', [1], 9, undefined),
    '000000070100007469636b00000012040000000001020000010000000000099101',
  ],
  ['Reply', (to) => to.numbered(FrameKind.Reply, 7, null), '000000060500000007c0'],
  ['Reply', (to) => to.numbered(FrameKind.Reply, 7), '000000050500000007'],
  [
    'Failed',
    (to) => to.numbered(FrameKind.Failed, 7, { code: 'noproc' }),
    '000000140600000007de0001a4636f6465a66e6f70726f63',
  ],
  [
    'Threw',
    (to) => to.numbered(FrameKind.Threw, 7, { name: 'E', message: 'm' }),
    '000000190700000007de0002a46e616d65a145a76d657373616765a16d',
  ],
  [
    'Spawn',
    (to) => to.spawn(8, 5000, 'cart', { args: { owner: 'eva' }, name: 'c' }),
    '0000000701000063617274000000270800000008000013880000de0002a461726773de0001a56f776e6572a3657661a46e616d65a163',
  ],
  ['Spawned', (to) => to.aboutProcess(FrameKind.Spawned, 8, 258), '0000000b0900000008000000000102'],
  [
    'SpawnFailed',
    (to) => to.numbered(FrameKind.SpawnFailed, 8, { code: 'draining' }),
    '000000160a00000008de0001a4636f6465a8647261696e696e67',
  ],
  ['SpawnTaken', (to) => to.numbered(FrameKind.SpawnTaken, 8), '000000050b00000008'],
  ['SpawnUndo', (to) => to.numbered(FrameKind.SpawnUndo, 8), '000000050c00000008'],
  ['Monitor', (to) => to.aboutProcess(FrameKind.Monitor, 9, 258), '0000000b0d00000009000000000102'],
  ['Demonitor', (to) => to.numbered(FrameKind.Demonitor, 9), '000000050e00000009'],
  ['Down', (to) => to.numbered(FrameKind.Down, 9, 'normal'), '0000000c0f00000009a66e6f726d616c'],
  ['Exit', (to) => to.exit(258, 'kill'), '0000000c10000000000102a46b696c6c'],
  ['Heartbeat', (to) => to.numbered(FrameKind.Heartbeat, 42), '00000005110000002a'],
  ['Heartbeat', (to) => to.heartbeat(42, 0x01020304, undefined), '00000009110000002a01020304'],
  [
    'Heartbeat',
    (to) => to.heartbeat(42, 0x01020304, { stamp: 0xfffffffe, heldFor: 750_000 }),
    '00000011110000002a01020304fffffffe000b71b0',
  ],
  [
    'Announce',
    (to) =>
      to.plain(FrameKind.Announce, {
        behaviors: ['cart'],
        draining: false,
        peers: [{ id: 'b', incarnation: 2, address: 'b:1' }],
      }),
    '0000004612de0003a96265686176696f727391a463617274a8647261696e696e67c2a5706565727391de0003a26964a162ab696e6361726e6174696f6e02a761646472657373a3623a31',
  ],
  ['Goodbye', (to) => to.plain(FrameKind.Goodbye), '0000000113'],
  [
    'NameAdd',
    (to) => to.plain(FrameKind.NameAdd, [['leader', 258, 7]]),
    '0000000e209193a66c6561646572cd010207',
  ],
  [
    'NameRemove',
    (to) => to.plain(FrameKind.NameRemove, [['leader', 258]]),
    '0000000d219192a66c6561646572cd0102',
  ],
  ['NameSynced', (to) => to.plain(FrameKind.NameSynced), '0000000122'],
  [
    'NameRequest',
    (to) => to.numberedControl(FrameKind.NameRequest, 9, { op: 'claim', name: 'leader', process: 258 }),
    '000000282300000009de0003a26f70a5636c61696da46e616d65a66c6561646572a770726f63657373cd0102',
  ],
  [
    'NameReply',
    (to) => to.numberedControl(FrameKind.NameReply, 9, { yes: true, epoch: 7 }),
    '000000142400000009de0002a3796573c3a565706f636807',
  ],
  ['NameCancel', (to) => to.numbered(FrameKind.NameCancel, 9), '000000052500000009'],
  [
    'GroupJoin',
    (to) => to.plain(FrameKind.GroupJoin, [['workers', 258]]),
    '0000000e289192a7776f726b657273cd0102',
  ],
  [
    'GroupLeave',
    (to) => to.plain(FrameKind.GroupLeave, [['workers', 258]]),
    '0000000e299192a7776f726b657273cd0102',
  ],
  ['NodesLost', (to) => to.plain(FrameKind.NodesLost, ['n3']), '000000052c91a26e33'],
  ['NodesForgotten', (to) => to.plain(FrameKind.NodesForgotten, ['n3']), '000000052d91a26e33'],
  ['Link', (to) => to.link(FrameKind.Link, 258, 3), '0000000d15000000000102000000000003'],
  ['Unlink', (to) => to.link(FrameKind.Unlink, 258, 3, 7), '000000111600000000010200000000000300000007'],
  ['Unlinked', (to) => to.link(FrameKind.Unlinked, 258, 3, 7), '000000111700000000010200000000000300000007'],
  ['SpawnMoved', (to) => to.plain(FrameKind.SpawnMoved), '0000000119'],
  ['LinkExit', (to) => to.linkExit(258, 3, 'killed'), '0000001418000000000102000000000003a66b696c6c6564'],
];

it('a message too large for a frame is written in chunks as in protocol 1.0', () => {
  const to = new FrameWriter(codec, 1000);
  to.numbered(FrameKind.Reply, 7, Buffer.from('0123456789'));
  to.numbered(FrameKind.Heartbeat, 42);
  const frames: string[] = [];
  while (to.size > 0) {
    frames.push(to.batch(19).toString('hex'));
    to.accept();
  }
  // length, kind, what is missing; then ten bytes of `00000011 05 00000007 c40a30…39`
  expect(frames).toEqual([
    '0000000f1400000015' + '000000110500000007c4',
    '0000000f140000000b' + '0a303132333435363738',
    '00000006140000000139',
    '00000005110000002a',
  ]);
});

it.each(recorded)('%s is written as in protocol 1.0', (kind, write, hex) => {
  const to = new FrameWriter(codec, 1000);
  write(to);
  expect(to.batch().toString('hex')).toBe(hex);
  expect(Object.values(FrameKind)).toContain(FrameKind[kind]);
});

it('covers every kind, and no kind changes its number', () => {
  expect(FrameKind).toEqual({
    Name: 1,
    Call: 2,
    Cast: 3,
    Info: 4,
    Reply: 5,
    Failed: 6,
    Threw: 7,
    Spawn: 8,
    Spawned: 9,
    SpawnFailed: 10,
    SpawnTaken: 11,
    SpawnUndo: 12,
    Monitor: 13,
    Demonitor: 14,
    Down: 15,
    Exit: 16,
    Heartbeat: 17,
    Announce: 18,
    Goodbye: 19,
    Chunk: 20,
    Link: 21,
    Unlink: 22,
    Unlinked: 23,
    LinkExit: 24,
    SpawnMoved: 25,
    NameAdd: 32,
    NameRemove: 33,
    NameSynced: 34,
    NameRequest: 35,
    NameReply: 36,
    NameCancel: 37,
    GroupJoin: 40,
    GroupLeave: 41,
    NodesLost: 44,
    NodesForgotten: 45,
  });
  // Name is written before the first message that uses one; Chunk is recorded in a test of its own.
  expect(new Set(['Name', 'Chunk', ...recorded.map(([kind]) => kind)])).toEqual(
    new Set(Object.keys(FrameKind)),
  );
});

it('names beyond the table travel inline', () => {
  const to = new FrameWriter(codec, 1000);
  for (let i = 0; i < 4096; i++) to.message(FrameKind.Cast, 1, `n${i}`, undefined, undefined, undefined);
  to.clear();
  to.message(FrameKind.Cast, 1, 'late', undefined, undefined, undefined);
  expect(to.batch().toString('hex')).toBe('0000001003000000000001ffff00046c61746500');
});

const date = new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 678));
const payloads: [what: string, value: unknown, hex: string][] = [
  ['text', 'é', 'a2c3a9'],
  [
    'numbers',
    [0, 127, 128, 65_536, -1, -33, 1.5, 2 ** 40, -0, NaN],
    '9a007fcc80ce00010000ffd0dfcb3ff8000000000000cb4270000000000000d4040000cb7ff8000000000000',
  ],
  ['constants', [null, true, false, undefined], '94c0c3c2d40000'],
  ['a bigint', [1n, 2n ** 64n], '92d30000000000000001d84200000000000000010000000000000000'],
  ['a ref', new ProcessRef('n', 2 ** 33, 5), 'd4010093a16ecb420000000000000005'],
  ['a Map', new Map([['a', 1]]), 'd402009192a16101'],
  ['a Set', new Set([1]), 'd473009101'],
  ['a date', date, 'd7ffa1a5d60065937d25'],
  ['a regular expression', /a/g, 'd4780092a161a167'],
  [
    'an error',
    Object.assign(new TypeError('m'), { stack: 's', code: 1 }),
    'd4030094a9547970654572726f72a16da173de0001a4636f646501',
  ],
  ['bytes', Buffer.from('ab'), 'c4026162'],
];

it.each(payloads)('%s is encoded as in protocol 1.0', (_, value, hex) => {
  const { buffer, start, end } = codec.encode(value);
  expect(buffer.toString('hex', start, end)).toBe(hex);
});
