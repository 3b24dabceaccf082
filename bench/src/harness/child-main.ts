// What runs in each child process: the functions of one module, called by the parent.
import 'reflect-metadata';
import type { Answer } from './child.js';

type Question = { readonly id: number; readonly name: string; readonly parameters: unknown[] };

const reply = (answer: Answer): void => void process.send?.(answer);
const describe = (error: unknown): string => (error instanceof Error ? error.stack! : String(error));

process.on('disconnect', () => process.exit());

try {
  const module: Record<string, (...parameters: unknown[]) => unknown> = {
    ...(await import(process.argv[2]!)),
    $cpuUs: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
  };
  process.on('message', ({ id, name, parameters }: Question) => {
    Promise.resolve()
      .then(() => module[name]!(...parameters))
      .then(
        (result) => reply({ id, result }),
        (error: unknown) => reply({ id, error: describe(error) }),
      );
  });
  reply({ id: 0 });
} catch (error) {
  reply({ id: 0, error: describe(error) });
}
