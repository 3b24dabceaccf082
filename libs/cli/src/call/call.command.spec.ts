import { EXIT } from '../command.js';
import { fakeNodes, noexAt } from '../node/fake-node.spec-support.js';

const start = fakeNodes();
const ANSWER = { process: 'web-1~7~a', reply: { items: ['pear'] }, tookMs: 0.2 };

describe('noex call', () => {
  it('sends the payload and prints the reply', async () => {
    const node = await start({ body: ANSWER });
    const { code, out } = await noexAt(node, ['call', 'cart', 'add', '{"item":"pear"}', '--timeout', '250']);
    expect([code, JSON.parse(out)]).toEqual([EXIT.ok, ANSWER.reply]);
    expect(node.asked[0]).toMatchObject({
      url: '/noex/v1/call',
      body: { target: 'cart', message: 'add', payload: { item: 'pear' }, timeoutMs: 250 },
    });
  });

  it('sends no payload where there is none, and prints all of the answer for --json', async () => {
    const node = await start({ body: ANSWER });
    expect(JSON.parse((await noexAt(node, ['call', 'cart', 'view', '--json'])).out)).toEqual(ANSWER);
    expect(node.asked[0]!.body).toEqual({ target: 'cart', message: 'view', timeoutMs: 5_000 });
  });

  it('says in one line how the call failed and whether it may have run', async () => {
    const error = {
      code: 'remote_error',
      name: 'ConflictException',
      message: 'two\nlines',
      outcome: 'ran',
      status: 409,
    };
    const node = await start({ status: 502, body: { error } });
    expect(await noexAt(node, ['call', 'cart', 'add'])).toEqual({
      code: EXIT.failed,
      out: '',
      error: 'noex call: ConflictException: two lines (code remote_error, outcome ran, status 409)\n',
    });
    const { out } = await noexAt(node, ['call', 'cart', 'add', '--json']);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'remote_error', outcome: 'ran', status: 409 } });
  });

  it.each([
    [[], 'name a process and a message'],
    [['cart'], 'name a process and a message'],
    [['cart', 'add', 'pear'], `the payload is no JSON`],
    [['cart', 'add', '1', '2'], 'leave out "2"'],
    [['cart', 'add', '--timeout', '0'], '--timeout takes'],
    [['cart', 'add', '--timeout', 'soon'], '--timeout takes'],
  ])('says what is wrong with %j, and asks nobody', async (args, problem) => {
    const node = await start({ body: ANSWER });
    const { code, error } = await noexAt(node, ['call', ...args]);
    expect([code, node.asked]).toEqual([EXIT.usage, []]);
    expect(error).toContain(problem);
  });
});
