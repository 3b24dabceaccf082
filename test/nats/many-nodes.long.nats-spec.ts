import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NatsServer } from '../../libs/transport-nats/src/nats-server.spec-support.js';

/**
 * In several OS processes: the heartbeats of two hundred nodes that share one event loop make it late by seconds, and a node whose own loop
 * is late waits longer before it gives anybody up, which is right, and would say nothing of two hundred machines.
 */
const PROCESSES = 8;
const COUNT = 200;
const MIB = 2 ** 20;
/** Each of the nodes hears of every other one: at the usual second two cores would be busy with 80 000 seals a second. */
const heartbeat = { intervalMs: 10_000, timeoutMs: 40_000 };
/** Silence is noticed at the next look, a quarter of an interval later, and what is noticed has its way to go through a busy machine. */
const DETECTED_MS = heartbeat.timeoutMs + heartbeat.intervalMs / 4 + 2_500;
const REST_MS = 20_000;

interface Down {
  readonly node: string;
  readonly id: string;
  readonly reason: string;
  readonly atMs: number;
}

interface Report {
  readonly downs: readonly Down[];
  readonly events: Readonly<Record<string, number>>;
  readonly multipliers: readonly number[];
  readonly cpuMs: number;
  readonly rssBytes: number;
}

describe('200 nodes on one server, in eight processes and one', () => {
  const names = Array.from({ length: COUNT }, (_, n) => `n${n}`);
  const [victim, ...others] = names as [string, ...string[]];
  let server: NatsServer;
  let children: ChildProcess[] = [];
  let startedAtMs: number;
  let wholeAtMs: number;

  const start = (some: readonly string[]) => {
    const config = { names: some, total: COUNT, servers: server.url, heartbeat };
    return fork(join(__dirname, 'support/many-nodes.mjs'), {
      env: { ...process.env, NATS_MANY: JSON.stringify(config) },
    });
  };
  const report = async (child: ChildProcess): Promise<Report> => {
    const answer = once(child, 'message');
    child.send('report');
    return (await answer)[0] as Report;
  };
  const reports = () => Promise.all(children.slice(1).map(report));
  const downs = async () => (await reports()).flatMap((one) => one.downs);

  beforeAll(async () => {
    server = await NatsServer.start();
    startedAtMs = Date.now();
    const shares = Array.from({ length: PROCESSES }, (_, n) =>
      others.filter((_, at) => at % PROCESSES === n),
    );
    children = [[victim], ...shares].map(start);
    const whole = await Promise.all(
      children.map(async (child) => ((await once(child, 'message'))[0] as { wholeAtMs: number }).wholeAtMs),
    );
    wholeAtMs = Math.max(...whole);
  }, 300_000);
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.close();
  });

  it('that start together are all up for each other, and nobody is lost on the way', async () => {
    say(`${COUNT} nodes were up for each other after ${seconds(wholeAtMs - startedAtMs)} s`);
    const all = await reports();
    say(`which took ${seconds(sum(all.map(({ cpuMs }) => cpuMs)))} s of CPU`);
    expect(wholeAtMs - startedAtMs).toBeLessThan(120_000);
    expect(all.flatMap((one) => one.downs)).toEqual([]);
  });

  it('cost little while nothing happens', async () => {
    const [before, from] = [await reports(), await server.traffic()];
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    const [after, to] = [await reports(), await server.traffic()];
    const nodes = COUNT - 1;
    const perNode = (value: number) => (value * 1_000) / REST_MS / nodes;
    const cpu = perNode(sum(after.map(({ cpuMs }, n) => cpuMs - before[n]!.cpuMs)));
    const [messages, bytes] = [perNode(to.messages - from.messages), perNode(to.bytes - from.bytes)];
    say(
      `a node at rest: ${cpu.toFixed(2)} ms of CPU, ${messages.toFixed(1)} messages and ${Math.round(bytes)} bytes sent a second`,
    );
    say(`memory: ${(sum(after.map(({ rssBytes }) => rssBytes)) / MIB / nodes).toFixed(1)} MiB a node`);
    expect(cpu).toBeLessThan(5);
    expect(after.flatMap((one) => one.downs)).toEqual([]);
    expect(await server.slowConsumers()).toBe(0);
  });

  it('all see one that is killed within the time of the failure detector, and give up nobody else', async () => {
    children[0]!.kill('SIGKILL');
    const killedAtMs = Date.now();
    let seen: Down[] = [];
    while (seen.length < others.length && Date.now() - killedAtMs < 2 * DETECTED_MS) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      seen = await downs();
    }
    const took = seen.map(({ atMs }) => atMs - killedAtMs).sort((a, b) => a - b);
    const patience = (await reports()).flatMap(({ multipliers }) => multipliers);
    say(
      `seen by ${seen.length} of ${others.length} after ${seconds(took[0] ?? NaN)} to ${seconds(took.at(-1) ?? NaN)} s; ` +
        `${patience.filter((multiplier) => multiplier > 1).length} of them waited longer because their own loop was late`,
    );
    expect(new Set(seen.map(({ id, reason }) => `${id} ${reason}`))).toEqual(
      new Set([`${victim} heartbeat_timeout`]),
    );
    expect(seen.map(({ node }) => node).sort()).toEqual([...others].sort());
    expect(took.at(-1)).toBeLessThan(DETECTED_MS);
  });
});

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
const seconds = (ms: number) => (ms / 1_000).toFixed(1);
const say = (line: string) => void process.stdout.write(`  ${line}\n`);
