import { checkHistory } from './check-history.js';
import type { EventBody, HistoryEvent } from './history.js';

let at = 0;

/** Writes events of one life of a node. */
const life =
  (node: string, incarnation = 1) =>
  (event: EventBody): HistoryEvent =>
    ({ at: ++at, node, incarnation, ...event }) as HistoryEvent;

const [a, b, b2] = [life('a'), life('b'), life('b', 2)];
const [P, Q, Q2] = ['a~1~1', 'b~1~1', 'b~2~1'];

const peer = (id: string, incarnation = 1) => ({ id, incarnation });
const view = (peers: { id: string; incarnation: number }[], processes: string[] = []): EventBody => ({
  kind: 'view',
  peers,
  processes,
});
const up = (id: string, peerIncarnation = 1): EventBody => ({ kind: 'node_up', peer: id, peerIncarnation });
const down = (id: string, peerIncarnation = 1, reason = 'connection_closed'): EventBody => ({
  kind: 'node_down',
  peer: id,
  peerIncarnation,
  reason,
});
const ended = (ref: string, reason = 'shutdown'): EventBody => ({ kind: 'process_ended', ref, reason });
const sent = (sequence: number): EventBody => ({ kind: 'message_sent', sender: 'a', to: Q, sequence });
const handled = (sequence: number, by = Q): EventBody => ({
  kind: 'message_handled',
  sender: 'a',
  by,
  sequence,
});
const call: EventBody = { kind: 'call_sent', call: 'c', to: Q };
const ok: EventBody = { kind: 'call_ended', call: 'c', result: 'ok' };
const failed = (outcome: 'not-run' | 'unknown' | 'ran'): EventBody => ({
  kind: 'call_ended',
  call: 'c',
  result: 'an_error',
  outcome,
});
const answered = (by = Q): EventBody => ({ kind: 'call_handled', call: 'c', by });
const monitor: EventBody = { kind: 'monitor_set', monitor: 'm', target: Q };
const fired = (reason = 'shutdown'): EventBody => ({ kind: 'monitor_fired', monitor: 'm', reason });
const cancelled: EventBody = { kind: 'monitor_cancelled', monitor: 'm' };
const spawn: EventBody = { kind: 'spawn_sent', spawn: 's' };
const spawned = (ref?: string): EventBody =>
  ref === undefined
    ? { kind: 'spawn_ended', spawn: 's', result: 'spawn_timeout' }
    : { kind: 'spawn_ended', spawn: 's', result: 'ok', ref };
const started = (ref: string, ofSpawn?: string): EventBody => ({
  kind: 'process_started',
  ref,
  ...(ofSpawn && { spawn: ofSpawn }),
});

const born = [a({ kind: 'started' }), b({ kind: 'started' })];
/** Two nodes that see each other, with `middle` between their start and their end. */
const pair = (middle: HistoryEvent[], processes: { a?: string[]; b?: string[] } = {}): HistoryEvent[] => [
  ...born,
  a(up('b')),
  b(up('a')),
  ...middle,
  a(view([peer('b')], processes.a ?? [])),
  b(view([peer('a')], processes.b ?? [])),
];
/** As `pair`, with a process that lives on b. */
const withQ = (...middle: HistoryEvent[]) => pair([b(started(Q)), ...middle], { b: [Q] });
/** As `pair`, with a process that is started on b and does not live to the end. */
const withoutQ = (...middle: HistoryEvent[]) => pair([b(started(Q)), ...middle]);
/** b crashes after `middle` and is not replaced. */
const bCrashed = (...middle: HistoryEvent[]) => [
  ...born,
  a(up('b')),
  b(started(Q)),
  ...middle,
  a(down('b')),
  a(view([])),
];
/** a crashes after `middle`, b lives on. */
const aCrashed = (processes: string[], ...middle: HistoryEvent[]) => [
  ...born,
  b(up('a')),
  ...middle,
  b(down('a')),
  b(view([], processes)),
];
/** b crashes and comes back as its second life. */
const bReplaced = (middle: HistoryEvent[], processes: string[] = []) => [
  ...born,
  a(up('b')),
  a(down('b')),
  b2({ kind: 'started' }),
  a(up('b', 2)),
  b2(up('a')),
  ...middle,
  a(view([peer('b', 2)])),
  b2(view([peer('a')], processes)),
];

const promises = (events: readonly HistoryEvent[]) => checkHistory(events).map(({ promise }) => promise);

describe('a history finds nothing', () => {
  it.each<[string, HistoryEvent[]]>([
    ['of an empty run', []],
    ['of two nodes that see each other', pair([])],
    ['of a call that was handled and answered', withQ(a(call), b(answered()), a(ok))],
    ['of a call that did not run', withQ(a(call), a(failed('not-run')))],
    ['of a call whose handler threw', withQ(a(call), b(answered()), a(failed('ran')))],
    ['of a call of unknown end that ran', withQ(a(call), b(answered()), a(failed('unknown')))],
    ['of a call of unknown end that did not run', withQ(a(call), a(failed('unknown')))],
    ['of a call that its caller took to its grave', aCrashed([Q], b(started(Q)), a(call), b(answered()))],
    ['of an answer of a node that crashed before it wrote', bCrashed(a(call), a(ok))],
    ['of messages in order', withQ(a(sent(1)), a(sent(2)), b(handled(1)), b(handled(2)))],
    ['of messages that were lost in between', withQ(a(sent(1)), a(sent(2)), b(handled(2)))],
    ['of a message whose sender crashed before it wrote', aCrashed([Q], b(started(Q)), b(handled(1)))],
    ['of a monitor that told of the end', withoutQ(a(monitor), b(ended(Q)), a(fired()))],
    ['of a monitor that told of a lost connection', withQ(a(monitor), a(fired('noconnection')))],
    ['of a monitor of a process that was gone', withoutQ(b(ended(Q)), a(monitor), a(fired('noproc')))],
    ['of a monitor of a process that lives', withQ(a(monitor))],
    ['of a monitor that was given up', withoutQ(a(monitor), a(cancelled), b(ended(Q)))],
    [
      'of a monitor whose process ended',
      withoutQ(a(started(P)), a({ ...monitor, by: P } as EventBody), a(ended(P)), b(ended(Q))),
    ],
    ['of a monitor of a node that crashed', bCrashed(a(monitor), a(fired('noconnection')))],
    ['of a spawn that started a process', pair([a(spawn), b(started(Q, 's')), a(spawned(Q))], { b: [Q] })],
    ['of a spawn that was undone', pair([a(spawn), b(started(Q, 's')), a(spawned()), b(ended(Q, 'killed'))])],
    ['of a spawn of a node that crashed', aCrashed([], a(spawn), b(started(Q, 's')), b(ended(Q)))],
    ['of a node that came back', bReplaced([b2(started(Q2))], [Q2])],
    [
      'of a node that left',
      [
        ...born,
        a(up('b')),
        b(up('a')),
        b({ kind: 'stopped' }),
        a(down('b', 1, 'graceful_shutdown')),
        a(view([])),
      ],
    ],
    ['of a partition that healed', pair([a(down('b')), b(down('a')), a(up('b')), b(up('a'))])],
  ])('%s', (_, events) => {
    expect(checkHistory(events)).toEqual([]);
  });
});

const CALL_ENDS_ONCE = 'A call ends exactly once: reply, error or timeout.';
const AT_MOST_ONCE = 'A message is handled at most once.';
const OUTCOME = 'The outcome of a call says whether its handler ran.';
const NO_GHOST = 'No process is there that was not started, and none after its end.';
const ONE_DOWN = 'A monitor gives exactly one DOWN, with the reason the process ended for.';
const UNDONE = 'A spawn that fails, or whose caller vanished before it had the ref, leaves no process.';
const ALTERNATE = 'A node goes up and down in turn, once each time.';
const NEWER = 'A newer incarnation of a node replaces the older one, which never comes back.';
const VIEW = 'The members a node has are those it was told of.';
const WHOLE = 'Nodes that reach each other see each other: at the end the mesh is whole.';
const SPAWN_ENDS_ONCE = 'A spawn ends exactly once: with the process, or with an error.';

describe('a history finds', () => {
  it.each<[string, HistoryEvent[], string[]]>([
    ['a call that never ended', withQ(a(call), b(answered())), [CALL_ENDS_ONCE]],
    ['a call that ended twice', withQ(a(call), b(answered()), a(ok), a(failed('ran'))), [CALL_ENDS_ONCE]],
    ['the end of a call that nobody sent', withQ(a(ok)), [CALL_ENDS_ONCE]],
    ['a call that ended for somebody else', withQ(a(call), b(answered()), b(ok)), [CALL_ENDS_ONCE]],
    ['a call that was handled twice', withQ(a(call), b(answered()), b(answered()), a(ok)), [AT_MOST_ONCE]],
    ['a call that ran as not-run', withQ(a(call), b(answered()), a(failed('not-run'))), [OUTCOME]],
    ['a call that nobody answered', withQ(a(call), a(ok)), [OUTCOME]],
    ['an error of a handler that never ran', withQ(a(call), a(failed('ran'))), [OUTCOME]],
    [
      'an error that does not say whether it ran',
      withQ(a(call), a({ kind: 'call_ended', call: 'c', result: 'an_error' })),
      [OUTCOME],
    ],
    [
      'a call that another process handled',
      pair([b(started(Q)), b(started('b~1~2')), a(call), b(answered('b~1~2')), a(ok)], { b: [Q, 'b~1~2'] }),
      ['A call is handled by the process it was sent to, and by nobody else.'],
    ],
    [
      'messages out of order',
      withQ(a(sent(1)), a(sent(2)), b(handled(2)), b(handled(1))),
      ['Messages from one sender to one process are handled in the order they were sent.'],
    ],
    ['a message that was handled twice', withQ(a(sent(1)), b(handled(1)), b(handled(1))), [AT_MOST_ONCE]],
    [
      'a message that nobody sent',
      withQ(a(sent(1)), b(handled(2))),
      ['What is handled was sent to that process.'],
    ],
    [
      'a monitor that fired twice',
      withoutQ(a(monitor), b(ended(Q)), a(fired('noconnection')), a(fired())),
      [ONE_DOWN],
    ],
    ['a monitor that missed the end', withoutQ(a(monitor), b(ended(Q))), [ONE_DOWN]],
    ['a monitor that missed the crash of the node', bCrashed(a(monitor)), [ONE_DOWN]],
    ['a monitor with another reason', withoutQ(a(monitor), b(ended(Q)), a(fired('killed'))), [ONE_DOWN]],
    ['a monitor that tells of an end that was none', withQ(a(monitor), a(fired())), [ONE_DOWN]],
    ['a monitor that nobody set', withQ(a(fired('noconnection'))), [ONE_DOWN]],
    [
      'noproc of a process that lives',
      withQ(a(monitor), a(fired('noproc'))),
      ['It is `noproc` where the process never was, or is gone.'],
    ],
    [
      'a monitor that fired after it was given up',
      withQ(a(monitor), a(cancelled), a(fired('noconnection'))),
      ['A monitor that was given up gives none.'],
    ],
    [
      'two processes of one spawn',
      pair([a(spawn), b(started(Q, 's')), b(started('b~1~2', 's')), a(spawned(Q))], { b: [Q, 'b~1~2'] }),
      ['A spawn happens at most once for each request.'],
    ],
    ['a spawn that never ended', pair([a(spawn)]), [SPAWN_ENDS_ONCE]],
    [
      'a spawn that ended twice',
      pair([a(spawn), b(started(Q, 's')), a(spawned(Q)), a(spawned(Q))], { b: [Q] }),
      [SPAWN_ENDS_ONCE],
    ],
    ['the end of a spawn that nobody asked for', pair([a(spawned())]), [SPAWN_ENDS_ONCE]],
    [
      'a spawn that gave a process of another',
      withQ(a(spawn), a(spawned(Q))),
      ['A spawn that succeeds gives the process that was started for it.'],
    ],
    [
      'a process of a spawn that failed',
      pair([a(spawn), b(started(Q, 's')), a(spawned())], { b: [Q] }),
      [UNDONE],
    ],
    ['an orphan of a caller that crashed', aCrashed([Q], a(spawn), b(started(Q, 's'))), [UNDONE]],
    ['a process that was never started', pair([], { a: [P] }), [NO_GHOST]],
    ['a process that is there after its end', withQ(b(ended(Q))), [NO_GHOST]],
    ['a process that was started twice', withQ(b(started(Q))), [NO_GHOST]],
    ['work of a process that had ended', withoutQ(a(sent(1)), b(ended(Q)), b(handled(1))), [NO_GHOST]],
    ['work of a process that never started', pair([a(sent(1)), b(handled(1))]), [NO_GHOST]],
    ['a process that got lost', pair([b(started(Q))]), ['A process that did not end is there.']],
    [
      'a process that ended twice',
      withoutQ(b(ended(Q)), b(ended(Q))),
      ['A process ends once, and only after it started.'],
    ],
    [
      'the end of a process that never started',
      pair([b(ended(Q))]),
      ['A process ends once, and only after it started.'],
    ],
    [
      'work for a process of an earlier life',
      [...born, b(started(Q)), ...bReplaced([a(sent(1)), b2(handled(1))]).slice(2)],
      [
        'No message, stop, kill, monitor or link for a process of an earlier life of a node reaches a process of a later one.',
      ],
    ],
    [
      'anything a replaced life does',
      bReplaced([b(started(Q)), b(ended(Q))]),
      ['A life of a node that was replaced by a newer one does nothing more.'],
    ],
    ['two node_up in a row', pair([a(up('b'))]), [ALTERNATE]],
    ['two node_down in a row', pair([a(down('b')), a(down('b')), a(up('b'))]), [ALTERNATE]],
    ['a node_down of another life', bReplaced([a(down('b', 1)), a(up('b', 2))]), [ALTERNATE]],
    [
      'an older life that comes back',
      bReplaced([a(down('b', 2)), a(up('b', 1)), a(down('b', 1)), a(up('b', 2))]),
      [NEWER],
    ],
    [
      'a node that comes back after its goodbye',
      pair([a(down('b', 1, 'graceful_shutdown')), a(up('b'))]),
      ['A node that left does not come back in that life.'],
    ],
    [
      'a member that nobody told of',
      [...born, a(up('b')), a(view([peer('b')])), b(view([peer('a')]))],
      [VIEW],
    ],
    [
      'a member that is missing',
      [...born, a(up('b')), b(up('a')), a(view([])), b(view([peer('a')]))],
      [VIEW, WHOLE],
    ],
    ['nodes that do not see each other', [...born, a(view([])), b(view([]))], [WHOLE, WHOLE]],
    [
      'a node that still sees one that left',
      [...born, a(up('b')), b({ kind: 'stopped' }), a(view([peer('b')]))],
      [WHOLE],
    ],
    [
      'a node that still sees an older life',
      bReplaced([a(down('b', 2))]).flatMap((event) =>
        event.kind === 'view' && event.node === 'a' ? [a(up('b', 2)), a(view([peer('b', 1)]))] : [event],
      ),
      [VIEW, VIEW, WHOLE, WHOLE],
    ],
  ])('%s', (_, events, found) => {
    expect(promises(events)).toEqual(found);
  });
});

it('a finding names what to look for', () => {
  expect(checkHistory(withQ(a(call), b(answered()), a(failed('not-run'))))[0]!.found).toMatch(
    /^call c to b~1~1 ended with an_error as not-run, and was handled by b~1~1 at \d+$/,
  );
});
