import { runModule } from './run-module.js';

function post(handler: string, source: string): unknown {
  return runModule(
    `import { once } from 'node:events';
    import { createServer } from 'node:http';
    import { postText } from './tools/start/http.mjs';
    const server = createServer(${handler}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    let sent = 0;
    const answer = await postText('http://127.0.0.1:' + server.address().port, ${source}(), (bytes) => { sent = bytes; })
      .catch((error) => error.code);
    print({ answer, sent });
    server.close();
    server.closeAllConnections();`,
  );
}

const ENDLESS = 'async function* () { for (;;) yield Buffer.alloc(65536); }';

describe('postText', () => {
  it('streams the text and gives the answer', () => {
    const handler = `async (request, response) => {
      let bytes = 0;
      for await (const piece of request) bytes += piece.length;
      response.writeHead(202).end(JSON.stringify({ bytes, type: request.headers['content-type'] }));
    }`;
    const source = `async function* () { yield Buffer.from('ab'); yield Buffer.alloc(3_000_000); }`;
    expect(post(handler, source)).toEqual({
      answer: { status: 202, body: { bytes: 3_000_002, type: 'text/plain; charset=utf-8' } },
      sent: 3_000_002,
    });
  });

  it('ends with a refusal that comes while it is sending', () => {
    const handler = `(request, response) => response.writeHead(415).end('{"message":"no"}')`;
    expect(post(handler, ENDLESS)).toMatchObject({ answer: { status: 415, body: { message: 'no' } } });
  });

  it('ends when the connection does', () => {
    const handler = `(request) => request.once('data', () => request.socket.destroy())`;
    expect(post(handler, ENDLESS)).toMatchObject({ answer: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
  });
});

describe('findNumber', () => {
  it('finds the key however deep, and only a number', () => {
    const health = { status: 'ok', connectedNodes: null, info: { noex: { connectedNodes: 2 } } };
    const found = runModule(
      `import { findNumber } from './tools/start/readiness.mjs';
      print([findNumber(parameters, 'connectedNodes'), findNumber('no JSON', 'connectedNodes') ?? null]);`,
      health,
    );
    expect(found).toEqual([2, null]);
  });
});
