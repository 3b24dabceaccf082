import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** Jest has listeners of its own, so the law is tried in a process of its own, on the built library. */
function run(handler: string, outside = ''): Promise<{ code: number; out: string; err: string }> {
  const library = join(__dirname, '../dist/index.js');
  const script = `
    import { LocalNode, defineBehavior, plainDriver, watchUnhandledRejections } from ${JSON.stringify(library)};
    const log = (level) => (message, fields) => console.log(level, fields.event, fields.behavior, message);
    const logger = { debug() {}, info() {}, warn: log('warn'), error: log('error') };
    const node = new LocalNode({ id: 'n', logger });
    const other = new LocalNode({ id: 'other', logger });
    for (const each of [node, other]) watchUnhandledRejections(each);
    const fail = async () => { await null; throw new Error('left alone'); };
    const driver = plainDriver(defineBehavior({
      name: 'careless', init: () => 0,
      handleCall: { go: ${handler} },
    }));
    const ref = await node.spawn(driver);
    await node.call(ref, 'go');
    ${outside}
    setTimeout(() => console.log('alive', node.isAlive(ref)), 50);
  `;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe('an unhandled rejection', () => {
  it('of a promise that a handler left alone is logged once with its process, and the node lives on', async () => {
    const { code, out } = await run('async (_, state) => { void fail(); return [1, state]; }');
    expect(code).toBe(0);
    expect(out.match(/unhandled_rejection/g)).toHaveLength(1);
    expect(out).toMatch(
      /error unhandled_rejection careless a promise that process n~\S+ \("careless"\) left alone/,
    );
    expect(out).toContain('alive true');
  });

  it('of anything else ends the OS process as it would without us', async () => {
    const { code, out, err } = await run('async (_, state) => [1, state]', 'void fail();');
    expect(code).toBe(1);
    expect(out).not.toContain('unhandled_rejection');
    expect(err).toContain('left alone');
  });
});
