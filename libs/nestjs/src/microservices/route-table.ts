import type { ProcessRef } from '@noex/contracts';
import type { PatternGroup } from './pattern-groups.js';

interface Route {
  /** Service groups with the processes that take each kind. */
  readonly services: Map<string, Record<PatternGroup['kind'], readonly ProcessRef[]>>;
  /** Grows with each use, so that all are taken in turn. */
  turn: number;
}

/** Who serves which pattern, and whose turn it is. */
export class RouteTable {
  private readonly routes = new Map<string, Route>();

  /** Replaces what was known of the group. */
  set({ kind, service, key }: PatternGroup, members: readonly ProcessRef[]): void {
    const route = this.routes.get(key) ?? { services: new Map(), turn: 0 };
    const known = route.services.get(service) ?? { message: [], event: [] };
    known[kind] = members;
    if (known.message.length + known.event.length > 0) route.services.set(service, known);
    else route.services.delete(service);
    if (route.services.size > 0) this.routes.set(key, route);
    else this.routes.delete(key);
  }

  /** All that answer requests of the pattern, the one whose turn it is first. */
  servers(key: string): ProcessRef[] {
    const route = this.routes.get(key);
    if (!route) return [];
    return inTurn(
      [...route.services.values()].flatMap(({ message }) => message),
      route.turn++,
    );
  }

  /** For each service group all that take the event, the one whose turn it is first. As over TCP, handlers of requests take events too. */
  subscribers(key: string): ProcessRef[][] {
    const route = this.routes.get(key);
    if (!route) return [];
    const turn = route.turn++;
    return [...route.services.values()].map(({ message, event }) => inTurn([...event, ...message], turn));
  }
}

function inTurn(members: readonly ProcessRef[], turn: number): ProcessRef[] {
  const first = members.length === 0 ? 0 : turn % members.length;
  return [...members.slice(first), ...members.slice(0, first)];
}
