import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { runModule } from './run-module.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

/** Starts the script as the only node, waits until it has written "up", and does `then` with it. */
function withNode(script: string, then: string): unknown {
  folder.write({ 'node.cjs': script });
  return runModule(
    `import { readFileSync } from 'node:fs';
    import { Children } from './tools/start/children.mjs';
    const logFile = parameters + '/log';
    const log = () => readFileSync(logFile, 'utf8');
    const children = new Children();
    children.start({ name: 'n1', file: parameters + '/node.cjs', env: { NODE_NAME: 'n1' }, logFile });
    while (!log().includes('up')) await new Promise(setImmediate);
    ${then}`,
    folder.path(),
  );
}

describe('Children', () => {
  it('gives each node its environment and a log', () => {
    const script = `process.on('SIGTERM', () => process.exit(0)); console.log('up', process.env.NODE_NAME); setInterval(() => {}, 1e6);`;
    expect(withNode(script, `print([await children.stop(60_000), log()]);`)).toEqual([[], 'up n1\n']);
  });

  it('reports a node that ends by itself, with the last lines of its log', () => {
    const script = `for (let line = 1; line <= 30; line += 1) console.log('line', line); console.log('up'); process.exitCode = 3;`;
    const message = withNode(
      script,
      `const error = await children.guard(new Promise(() => {})).catch((error) => error);
      await children.stop(60_000);
      print(error.message);`,
    ) as string;
    expect(message).toContain('n1 ended (exit code 3)');
    expect(message).toContain('line 30');
    expect(message).toContain('line 12\n');
    expect(message).not.toContain('line 11\n');
  });

  it('reports a node that does not stop cleanly', () => {
    const script = `process.on('SIGTERM', () => process.exit(5)); console.log('up'); setInterval(() => {}, 1e6);`;
    expect(withNode(script, `print(await children.stop(60_000));`)).toEqual([
      expect.stringContaining('n1 did not stop cleanly (exit code 5)'),
    ]);
  });

  it('kills a node that does not stop', () => {
    const script = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('up');`;
    expect(withNode(script, `print(await children.stop(10));`)).toEqual([expect.stringContaining('SIGKILL')]);
  });

  it('leaves no node behind when the script ends for whatever reason', async () => {
    // The node holds a connection to us, so its end shows here, whoever its parent is by then.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connected = once(server, 'connection') as Promise<[Socket]>;
    const script = `process.on('SIGTERM', () => {});
      require('node:net').connect(${(server.address() as AddressInfo).port}, '127.0.0.1', () => console.log('up'));`;
    withNode(script, `print(null); process.exit(0);`);
    const [socket] = await connected;
    socket.resume().on('error', () => {});
    if (!socket.closed) await once(socket, 'close');
    server.close();
  });
});
