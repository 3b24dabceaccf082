import { NameTakenError } from '@noex/contracts';
import type { NameHolder } from './process-extras.js';

/** Unique names of processes on one node. */
export class NameRegistry {
  private readonly names = new Map<string, NameHolder>();

  /** Throws NameTakenError when another process has the name. */
  claim(name: string, process: NameHolder): void {
    const holder = this.names.get(name);
    if (holder && holder !== process) {
      throw new NameTakenError(`the name "${name}" is taken by process ${holder.ref.toString()}`, {
        name,
        holder: holder.ref.toString(),
      });
    }
    this.names.set(name, process);
    (process.extras.names ??= new Set()).add(name);
  }

  release(name: string, process: NameHolder): void {
    if (this.names.get(name) === process) this.names.delete(name);
  }

  find(name: string): NameHolder | undefined {
    return this.names.get(name);
  }
}
