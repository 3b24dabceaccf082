import type { Violation } from './history.js';
import { groupBy, lifeName, type EventOf, type History } from './indexed-history.js';

const ALTERNATE = 'A node goes up and down in turn, once each time.';
const NEWER = 'A newer incarnation of a node replaces the older one, which never comes back.';
const LEFT = 'A node that left does not come back in that life.';
const VIEW = 'The members a node has are those it was told of.';
const WHOLE = 'Nodes that reach each other see each other: at the end the mesh is whole.';

export function* checkMembership(history: History): Generator<Violation> {
  const turns = [...history.events].filter(isTurn);
  const ups = new Map<string, Map<string, number>>();
  for (const [observer, ofObserver] of groupBy(turns, lifeName)) {
    const up = new Map<string, number>();
    ups.set(observer, up);
    yield* checkTurns(observer, ofObserver, up);
  }
  for (const view of history.of('view')) yield* checkView(view, ups.get(lifeName(view)) ?? new Map());
  yield* checkWhole(history.of('view'));
}

type Turn = EventOf<'node_up'> | EventOf<'node_down'>;

const isTurn = (event: { readonly kind: string }): event is Turn =>
  event.kind === 'node_up' || event.kind === 'node_down';

/** Leaves in `up` who is up at the end, with its incarnation. */
function* checkTurns(
  observer: string,
  turns: readonly Turn[],
  up: Map<string, number>,
): Generator<Violation> {
  const newest = new Map<string, number>();
  const left = new Set<string>();
  for (const turn of turns) {
    const { peer, peerIncarnation, at } = turn;
    const current = up.get(peer);
    const what = `${observer} saw ${peer}@${peerIncarnation}`;
    const now = current === undefined ? 'no life of it was up' : `${peer}@${current} was up`;
    const life = lifeName({ node: peer, incarnation: peerIncarnation });
    if (turn.kind === 'node_up') {
      if (left.has(life)) yield { promise: LEFT, found: `${what} go up at ${at}, after its goodbye` };
      if (current !== undefined) yield { promise: ALTERNATE, found: `${what} go up at ${at} while ${now}` };
      const newer = newest.get(peer) ?? -Infinity;
      if (newer > peerIncarnation)
        yield { promise: NEWER, found: `${what} go up at ${at}, after ${peer}@${newer}` };
      newest.set(peer, Math.max(newer, peerIncarnation));
      up.set(peer, peerIncarnation);
    } else {
      if (current !== peerIncarnation)
        yield { promise: ALTERNATE, found: `${what} go down at ${at} while ${now}` };
      if (turn.reason === 'graceful_shutdown') left.add(life);
      up.delete(peer);
    }
  }
}

function* checkView(view: EventOf<'view'>, up: ReadonlyMap<string, number>): Generator<Violation> {
  const told = new Set([...up].map(([node, incarnation]) => lifeName({ node, incarnation })));
  const seen = new Set(view.peers.map(({ id, incarnation }) => lifeName({ node: id, incarnation })));
  for (const peer of seen) {
    if (!told.has(peer))
      yield { promise: VIEW, found: `${lifeName(view)} has ${peer}, and no node_up of it` };
  }
  for (const peer of told) {
    if (!seen.has(peer))
      yield { promise: VIEW, found: `${lifeName(view)} misses ${peer}, and no node_down of it` };
  }
}

function* checkWhole(views: readonly EventOf<'view'>[]): Generator<Violation> {
  const living = views.map(lifeName);
  for (const view of views) {
    const observer = lifeName(view);
    const seen = view.peers.map(({ id, incarnation }) => lifeName({ node: id, incarnation }));
    const missing = living.filter((life) => life !== observer && !seen.includes(life));
    const gone = seen.filter((life) => !living.includes(life));
    if (missing.length > 0) yield { promise: WHOLE, found: `${observer} does not see ${missing.join(', ')}` };
    if (gone.length > 0) yield { promise: WHOLE, found: `${observer} still sees ${gone.join(', ')}` };
  }
}
