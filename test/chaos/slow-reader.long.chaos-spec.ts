import { FOUND_MS, HEAL_MS, lasting, seconds, stage } from './support/scenario.js';
import type { BlastReport, ChaosNode } from './support/chaos-node.js';

const MIB = 2 ** 20;
const PAYLOAD_BYTES = 64 * 1024;
/** What waits for one peer is bounded by 32 MiB; encryption, the socket and the garbage of what is refused come on top. */
const MOST_GROWTH_BYTES = 160 * MIB;
/** An error "at once", on a machine that is busy with the blast. */
const AT_ONCE_MS = 500;

const HUNG = ['n4', 'n5'];

describe('a blasted peer', () => {
  const scene = stage();

  it('that reads slowly, and then not at all, costs its sender little memory, and others nothing', async () => {
    const cluster = await scene.cluster();
    await cluster.load({ mix: 'plain' });
    const sender = cluster.node('n1');
    const victim = cluster.node('n5');
    expect(await sender.aim('n5')).toBe(true);

    const slow = sender.blast({ forMs: 6_000, bytes: PAYLOAD_BYTES });
    for (let i = 0; i < 15; i++) await readForAMoment(victim);
    const whileSlow = await slow;
    await lasting(500);
    victim.signal('SIGSTOP');
    cluster.node('n4').signal('SIGSTOP');
    const blast = sender.blast({ forMs: 8_000, bytes: PAYLOAD_BYTES });
    const healthy = ['n1', 'n2', 'n3'].map((name) => cluster.node(name));
    // Silence is noticed beside the blast as well.
    await cluster.until('n1 sees n2 and n3 only', () => cluster.sees('n1', healthy), FOUND_MS);
    const whileStopped = await blast;
    victim.signal('SIGCONT');
    cluster.node('n4').signal('SIGCONT');
    const whole = await cluster.whole(HEAL_MS);

    for (const report of [whileSlow, whileStopped]) expectBounded(report);
    const events = await cluster.verdict();
    const wronged = events.filter(
      (event) => event.kind === 'node_down' && [event.node, event.peer].every((name) => !HUNG.includes(name)),
    );
    expect(wronged).toEqual([]);
    const what = [describeReport(whileSlow), describeReport(whileStopped), `whole in ${seconds(whole)}`];
    scene.note(what.join('; '), events);
  });
});

/** 1 part of 8. */
async function readForAMoment(node: ChaosNode): Promise<void> {
  node.signal('SIGSTOP');
  await lasting(350);
  node.signal('SIGCONT');
  await lasting(50);
}

function expectBounded({ overloaded, slowestOverloadMs, rssBefore, rssMax }: BlastReport): void {
  expect(overloaded).toBeGreaterThan(0);
  expect(slowestOverloadMs).toBeLessThan(AT_ONCE_MS);
  expect(rssMax - rssBefore).toBeLessThan(MOST_GROWTH_BYTES);
}

const mib = (bytes: number) => `${Math.round(bytes / MIB)} MiB`;

const describeReport = ({ taken, refused, overloaded, ...report }: BlastReport): string =>
  `${taken} casts taken and ${refused} refused, ${overloaded} calls overloaded ` +
  `(slowest ${Math.round(report.slowestOverloadMs)} ms), rss ${mib(report.rssBefore)} to ${mib(report.rssMax)}`;
