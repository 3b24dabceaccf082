import { ratesBetween } from './rates.js';
import { topText } from './top-text.js';
import { load, peer, process } from './top.spec-support.js';

it('shows the node, its rates, its peers and its busiest processes', () => {
  const before = load(0, { peers: [peer('web-2', 0, 0)] });
  const after = load(2_000, {
    queued: 3,
    processCount: 2,
    totals: { localCalls: 2_400, drops: 1 },
    peers: [peer('web-2', 4_096, 100)],
    processes: [process('web-1~7~a', 2_400, 150, 3), process('web-1~7~b', 0, 0)],
  });
  expect(topText(ratesBetween(before, after)!))
    .toBe(`web-1 running, ready: up; event loop up to 2 ms late; 2 processes; 3 messages wait

per second, over 2 s
local calls  remote calls  served calls  casts  drops  spawns  exits  restarts
       1200             0             0      0    0.5       0      0         0

PEER   PHI  ROUND TRIP  SENT/S  RECEIVED/S  QUEUED  CALLS OPEN
web-2    0      0.5 ms   2 KiB        50 B     0 B           0

PROCESS    BEHAVIOR  NAMES   BUSY  MESSAGES/S  MAILBOX
web-1~7~a  cart      -      7.5 %        1200        3
web-1~7~b  cart      -        0 %           0        0
`);
});

it('fits on a screen, and says how many processes do not', () => {
  const processes = Array.from({ length: 20 }, (_, n) => process(`p${n}`, n, n));
  const text = topText(ratesBetween(load(0), load(1_000, { processes, left: 100 }))!);
  expect(text.match(/^p\d+ /gm)).toHaveLength(15);
  expect(text.endsWith('\nand 105 processes more\n')).toBe(true);
});
