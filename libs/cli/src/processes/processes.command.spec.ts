import { EXIT } from '../command.js';
import type { ProcessStatus } from '../node/answers.js';
import { fakeNodes, noexAt } from '../node/fake-node.spec-support.js';

const start = fakeNodes();

const CART: ProcessStatus = {
  process: 'web-1~7~a',
  behavior: 'cart',
  status: 'busy',
  suspended: false,
  names: ['carts', 'first'],
  mailboxDepth: 12,
  mailboxHighWater: 40,
  handled: 1000,
  busyMs: 61_000,
  links: 1,
  monitors: 0,
  monitoredBy: 2,
};
const DOOR: ProcessStatus = {
  ...CART,
  process: 'web-1~7~b',
  behavior: 'door',
  status: 'idle',
  suspended: true,
  stateName: 'open',
  names: [],
  mailboxDepth: 0,
};

describe('noex processes', () => {
  it('shows processes in a table, and how many there are', async () => {
    const node = await start({ body: { node: 'web-1', total: 9, processes: [CART, DOOR] } });
    expect(await noexAt(node, ['processes'])).toEqual({
      code: EXIT.ok,
      error: '',
      out: `PROCESS    BEHAVIOR  NAMES        STATUS                   MAILBOX  PEAK  HANDLED   BUSY  LINKS  MONITORED BY
web-1~7~a  cart      carts,first  busy                          12    40     1000  1m 1s      1             2
web-1~7~b  door      -            idle in open, suspended        0    40     1000  1m 1s      1             2

the first 2 by mailbox of 9 processes on web-1
`,
    });
    expect(node.asked[0]!.url).toBe('/noex/v1/processes?limit=20&sort=mailbox');
  });

  it('asks for what it was asked', async () => {
    const node = await start({ body: { node: 'web-1', total: 0, processes: [] } });
    const { out } = await noexAt(node, ['processes', '--behavior', 'cart', '--limit', '3', '--sort', 'busy']);
    expect(out).toBe('0 processes on web-1\n');
    expect(node.asked[0]!.url).toBe('/noex/v1/processes?behavior=cart&limit=3&sort=busy');
  });

  it('gives the answer as it is for --json', async () => {
    const body = { node: 'web-1', total: 1, processes: [CART] };
    expect(JSON.parse((await noexAt(await start({ body }), ['processes', '--json'])).out)).toEqual(body);
  });

  it.each([
    [['--limit', '0'], '--limit takes'],
    [['--limit', '1.5'], '--limit takes'],
    [['--limit', '10001'], '--limit takes'],
    [['--sort', 'age'], '--sort takes mailbox, busy, handled'],
    [['cart'], '--behavior names a behavior'],
  ])('says what is wrong with %j', async (args, problem) => {
    const node = await start({ body: {} });
    const { code, error } = await noexAt(node, ['processes', ...args]);
    expect(code).toBe(EXIT.usage);
    expect(error).toContain(problem);
    expect(node.asked).toEqual([]);
  });
});
