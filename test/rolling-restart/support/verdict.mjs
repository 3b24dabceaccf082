const LEDGER_SUMS = [
  'callsCompleted',
  'callsRefused',
  'spawnsRefused',
  'spawnsMoved',
  'callsLost',
  'ownCallsLost',
  'castsDelivered',
  'castsDropped',
  'processesStopped',
  'processesKilled',
];

/** What was seen, in numbers, and everything that breaks a promise. `killed`: nodes were killed, so that calls may have failed. */
export function judge({ handled, noted, ended, spawns, told, ledgers }, balancer, { killed, nodes }) {
  const problems = [];
  const must = (holds, what) => holds || problems.push(what);
  const of = (outcome) => ended.filter((call) => call.outcome === outcome);
  const refusals = of('not-run').filter(({ code }) => code === 'draining');
  const sums = Object.fromEntries(LEDGER_SUMS.map((key) => [key, sum(ledgers.map((ledger) => ledger[key]))]));

  // Every outcome is true, whatever happened.
  for (const { id, outcome, code } of ended) {
    const times = handled.get(id) ?? 0;
    if (outcome === 'ok') must(times === 1, `call ${id} was answered and ran ${times} times`);
    else if (outcome === 'not-run') must(times === 0, `call ${id} (${code}) says it did not run and did`);
    else must(times <= 1, `call ${id} (${outcome}, ${code}) ran ${times} times`);
  }
  for (const [id, times] of handled) must(times === 1, `call ${id} ran ${times} times`);
  must(of('gave-up').length === 0, `${of('gave-up').length} requests were given up`);

  if (!killed) {
    const known = new Set(ended.map(({ id }) => id));
    const unknownToCallers = [...handled.keys()].filter((id) => !known.has(id));
    must(
      unknownToCallers.length === 0,
      `${unknownToCallers.length} calls ran whose callers never heard of them`,
    );
    const bad = ended.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'not-run');
    must(bad.length === 0, `calls failed: ${JSON.stringify(bad.slice(0, 5))}`);
    must(handled.size === of('ok').length, `${handled.size} calls ran, ${of('ok').length} were answered`);
    must(Object.keys(spawns).join() === 'ok', `spawns failed: ${JSON.stringify(spawns)}`);
    must(sums.callsLost === 0, `the ledgers count ${sums.callsLost} calls lost`);
    must(sums.ownCallsLost === 0, `the ledgers count ${sums.ownCallsLost} own calls lost`);
    must(sums.processesKilled === 0, `${sums.processesKilled} processes were killed`);
    for (const node of nodes) {
      const counted = sum(
        ledgers.filter((ledger) => ledger.node === node).map((ledger) => ledger.callsRefused),
      );
      const seen = refusals.filter(({ by }) => by === node).length;
      must(counted === seen, `${node} counts ${counted} refused calls, its callers ${seen}`);
    }
    must(sums.spawnsMoved <= sums.spawnsRefused, 'more spawns were moved than refused');
    must(Object.keys(balancer.failed).length === 0, `HTTP failed: ${JSON.stringify(balancer.failed)}`);
    const counted = noted.size + sums.castsDropped;
    must(counted <= told.size, `${counted} casts were handled or dropped, ${told.size} sent`);
  }
  for (const id of noted.keys()) must(noted.get(id) === 1, `cast ${id} was handled ${noted.get(id)} times`);

  const byOutcome = count(
    ended.map(({ outcome, code }) => (code === '-' ? outcome : `${outcome} (${code})`)),
  );
  const numbers = {
    calls: byOutcome,
    http: { answered: balancer.answered, failed: balancer.failed, retried: balancer.retried },
    spawns,
    // The rest was on its way to a node that had said goodbye.
    casts: { sent: told.size, handled: noted.size, dropped: sums.castsDropped },
    lives: ledgers.length,
    ledger: sums,
  };
  return { problems, numbers, answered: of('ok').length };
}

const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

function count(keys) {
  const counts = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
