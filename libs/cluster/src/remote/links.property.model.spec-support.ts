/** Why a process is told to end. */
export type Ending = 'normal' | 'shutdown' | 'boom' | 'kill';

export type LinkCommand =
  | { readonly kind: 'link' | 'unlink'; readonly from: number; readonly to: number }
  | { readonly kind: 'end'; readonly who: number; readonly reason: Ending }
  | { readonly kind: 'cut'; readonly one: number; readonly other: number }
  | { readonly kind: 'heal' }
  | { readonly kind: 'pause' | 'resume'; readonly node: number }
  | { readonly kind: 'turn' };

export const NODES = 3;
/** Process `n` lives on node `n % NODES`. */
export const PROCESSES = 9;
export const nodeOf = (process: number): number => process % NODES;
/** The first of each node does not trap exits. */
export const traps = (process: number): boolean => process >= NODES;

interface ModelProcess {
  end: string | undefined;
  readonly links: Set<number>;
  readonly exits: [from: number, reason: string][];
}

/** What links do where every command comes to rest before the next. */
export class LinkModel {
  readonly processes: ModelProcess[] = Array.from({ length: PROCESSES }, () => ({
    end: undefined,
    links: new Set(),
    exits: [],
  }));
  private cuts: [one: number, other: number][] = [];

  do(command: LinkCommand): void {
    if (command.kind === 'link') this.link(command.from, command.to);
    else if (command.kind === 'unlink') this.unlink(command.from, command.to);
    else if (command.kind === 'end')
      this.ends(command.who, command.reason === 'kill' ? 'killed' : command.reason);
    else if (command.kind === 'cut') this.cut(command.one, command.other);
    else if (command.kind === 'heal') this.cuts = [];
  }

  /** Links between processes of different nodes, counted at the node of each end. */
  linksAt(node: number): number {
    const own = this.processes.filter((_, process) => nodeOf(process) === node);
    return own.flatMap(({ links }) => [...links]).filter((other) => nodeOf(other) !== node).length;
  }

  private link(from: number, to: number): void {
    if (this.processes[from]!.end !== undefined || from === to) return;
    if (this.apart(nodeOf(from), nodeOf(to))) return this.signal(from, to, 'noconnection');
    if (this.processes[to]!.end !== undefined) return this.signal(from, to, 'noproc');
    this.processes[from]!.links.add(to);
    this.processes[to]!.links.add(from);
  }

  private unlink(from: number, to: number): void {
    this.processes[from]!.links.delete(to);
    this.processes[to]!.links.delete(from);
  }

  private ends(who: number, reason: string): void {
    const process = this.processes[who]!;
    if (process.end !== undefined) return;
    process.end = reason;
    const others = [...process.links];
    for (const other of others) this.unlink(who, other);
    for (const other of others) this.signal(other, who, reason);
  }

  private signal(to: number, from: number, reason: string): void {
    if (this.processes[to]!.end !== undefined) return;
    if (traps(to)) this.processes[to]!.exits.push([from, reason]);
    else if (reason !== 'normal') this.ends(to, reason);
  }

  private cut(one: number, other: number): void {
    if (one === other) return;
    this.cuts.push([one, other]);
    const broken = this.processes.flatMap(({ links }, from) =>
      [...links].filter((to) => this.apart(nodeOf(from), nodeOf(to))).map((to) => [from, to] as const),
    );
    for (const [from, to] of broken) this.unlink(from, to);
    for (const [from, to] of broken) this.signal(from, to, 'noconnection');
  }

  private apart(a: number, b: number): boolean {
    return this.cuts.some(([one, other]) => (one === a && other === b) || (one === b && other === a));
  }
}
