import { runModule } from './run-module.js';

describe('pickPorts', () => {
  it('takes the wanted port if it is free', () => {
    const result = runModule(
      `import { pickPorts } from './tools/start/ports.mjs';
      const [{ port }] = await pickPorts([{ purpose: 'any', port: 0 }]);
      print([port, await pickPorts([{ purpose: 'the same', port }])]);`,
    ) as [number, unknown];
    expect(result).toEqual([expect.any(Number), [{ port: result[0] }]]);
  });

  it.each(['127.0.0.1', '0.0.0.0'])(
    'takes others, each once, and says so, where %s has them taken',
    (host) => {
      const result = runModule(
        `import { createServer } from 'node:net';
      import { once } from 'node:events';
      import { pickPorts } from './tools/start/ports.mjs';
      const server = createServer().listen(0, parameters);
      await once(server, 'listening');
      const { port } = server.address();
      print([port, await pickPorts([{ purpose: 'a', port }, { purpose: 'b', port }])]);
      server.close();`,
        host,
      ) as [number, { port: number; message: string }[]];
      const [taken, [a, b]] = [result[0], result[1]];
      expect(new Set([taken, a!.port, b!.port]).size).toBe(3);
      expect(a!.message).toBe(`a: port ${taken} is taken, using ${a!.port}`);
      expect(b!.message).toContain('b: port');
    },
  );
});
