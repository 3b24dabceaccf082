import type { ExitReason } from '@noex/contracts';
import { CRASH, type Command, type Ending } from './local-node.property.commands.spec-support.js';

/** The rules of OTP, in the small. */
export class Model {
  readonly processes: {
    trap: boolean;
    end: ExitReason | undefined;
    links: Set<number>;
    exits: { from: number; reason: ExitReason }[];
    downs: ExitReason[];
    watches: { of: number; active: boolean }[];
    name: number | undefined;
  }[] = [];
  readonly replies: string[] = [];

  private alive(n: number): boolean {
    return this.processes[n]!.end === undefined;
  }

  private die(n: number, reason: ExitReason): void {
    const process = this.processes[n]!;
    if (process.end !== undefined) return;
    process.end = reason;
    process.name = undefined;
    for (const other of process.links) {
      this.processes[other]!.links.delete(n);
      this.signal(other, n, reason);
    }
    this.processes.forEach((watcher) => {
      for (const watch of watcher.watches) {
        if (watch.of !== n || !watch.active) continue;
        watch.active = false;
        if (watcher.end === undefined) watcher.downs.push(reason);
      }
    });
  }

  private signal(n: number, from: number, reason: ExitReason): void {
    const process = this.processes[n]!;
    if (process.end !== undefined) return;
    if (process.trap) process.exits.push({ from, reason });
    else if (reason !== 'normal') this.die(n, reason);
  }

  do(command: Command): void {
    if (command.kind === 'spawn') {
      const name = command.name < 3 ? command.name : undefined;
      if (name !== undefined && this.processes.some((process) => process.name === name)) return;
      this.processes.push({
        trap: command.trap,
        end: undefined,
        links: new Set(),
        exits: [],
        downs: [],
        watches: [],
        name,
      });
      return;
    }
    const count = this.processes.length;
    if (count === 0) return;
    const target = 'to' in command ? command.to % count : -1;
    const actor = 'from' in command ? command.from % count : -1;
    if (actor >= 0 && !this.alive(actor)) return;
    const own = this.processes[actor];
    switch (command.kind) {
      case 'call':
        this.replies.push(this.alive(target) ? replyTo(command.ending) : 'noproc');
        if (command.ending === 'stop') this.die(target, 'normal');
        if (command.ending === 'suicide') this.die(target, 'killed');
        return;
      case 'cast':
        if (command.ending === 'stop') this.die(target, 'normal');
        if (command.ending === 'suicide') this.die(target, 'killed');
        if (command.ending === 'throw' || command.ending === 'crash') this.die(target, CRASH);
        return;
      case 'link':
        if (!this.alive(target)) return this.signal(actor, target, 'noproc');
        if (target === actor) return;
        own!.links.add(target);
        this.processes[target]!.links.add(actor);
        return;
      case 'unlink':
        own!.links.delete(target);
        this.processes[target]!.links.delete(actor);
        return;
      case 'monitor':
        own!.watches.push({ of: target, active: this.alive(target) });
        if (!this.alive(target)) own!.downs.push('noproc');
        return;
      case 'demonitor': {
        const watch = own!.watches[command.which % own!.watches.length];
        if (watch) watch.active = false;
        return;
      }
      case 'exit':
        return this.die(target, command.reason);
      case 'kill':
        return this.die(target, 'killed');
    }
  }
}

export function replyTo(how: Ending): string {
  if (how === 'suicide') return 'process_exited';
  return how === 'throw' || how === 'crash' ? 'remote_error' : 'reply';
}
