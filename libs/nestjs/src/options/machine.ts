import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/** What options are resolved against besides code and environment. */
export interface Machine {
  hostName(): string;
  /** Addresses other machines may reach, without loopback and link-local ones, IPv4 first. */
  addresses(): string[];
  /** Throws like `fs.readFileSync`. */
  readFile(path: string): string;
}

export const thisMachine: Machine = {
  hostName: hostname,
  addresses() {
    const all = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, address }) => !internal && !/^(169\.254\.|fe80:)/i.test(address));
    return ['IPv4', 'IPv6'].flatMap((family) => all.filter((a) => a.family === family).map((a) => a.address));
  },
  readFile: (path) => readFileSync(path, 'utf8'),
};
