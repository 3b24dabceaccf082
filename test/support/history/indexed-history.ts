import { ProcessRef } from '@noex/contracts';
import type { HistoryEvent } from './history.js';

export type Kind = HistoryEvent['kind'];
export type EventOf<K extends Kind> = Extract<HistoryEvent, { readonly kind: K }>;

/** One life of a node. It crashed when it neither left in order nor was there at the end; then its last events may be missing. */
export interface Life {
  readonly node: string;
  readonly incarnation: number;
  fate: 'crashed' | 'stopped' | 'lives';
}

/** The events of a run, by kind and by the life of the node that wrote them. */
export class History {
  private readonly kinds = new Map<Kind, HistoryEvent[]>();
  private readonly lives = new Map<string, Life>();

  constructor(readonly events: readonly HistoryEvent[]) {
    for (const event of events) {
      listAt(this.kinds, event.kind).push(event);
      const life = this.lifeOf(event);
      if (event.kind === 'stopped') life.fate = 'stopped';
      if (event.kind === 'view') life.fate = 'lives';
    }
  }

  of<K extends Kind>(kind: K): readonly EventOf<K>[] {
    return (this.kinds.get(kind) ?? []) as unknown as readonly EventOf<K>[];
  }

  allLives(): Life[] {
    return [...this.lives.values()];
  }

  lifeOf({ node, incarnation }: { readonly node: string; readonly incarnation: number }): Life {
    const key = `${node}@${incarnation}`;
    let life = this.lives.get(key);
    if (!life) this.lives.set(key, (life = { node, incarnation, fate: 'crashed' }));
    return life;
  }

  /** The life that a process belongs to; undefined for a text that is no ref, and for a life that wrote nothing. */
  lifeOfProcess(ref: string): Life | undefined {
    const parsed = ProcessRef.parse(ref);
    return parsed && this.lives.get(`${parsed.node}@${parsed.incarnation}`);
  }
}

export function listAt<Key, Value>(map: Map<Key, Value[]>, key: Key): Value[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}

export function groupBy<Value>(values: Iterable<Value>, key: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) listAt(groups, key(value)).push(value);
  return groups;
}

export const lifeName = ({
  node,
  incarnation,
}: {
  readonly node: string;
  readonly incarnation: number;
}): string => `${node}@${incarnation}`;
