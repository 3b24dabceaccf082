import { appendFileSync } from 'node:fs';
import { simulate } from './simulate.js';
import { report, story } from './story.js';

/** What run.mjs asks for. */
interface Order {
  readonly first: number;
  readonly last: number;
  /** Take each so manieth seed: others take the rest. */
  readonly every: number;
  readonly nodes?: number;
  readonly withStory: boolean;
  /** Takes a line of JSON for each run. */
  readonly results: string;
}

const order = JSON.parse(process.env['SIMULATION_ORDER'] ?? '{}') as Order;

it(
  'a cluster keeps every promise under random work and random faults',
  async () => {
    let broken = 0;
    for (let seed = order.first; seed <= order.last; seed += order.every) {
      const result = await simulate(seed, order.nodes === undefined ? {} : { nodes: order.nodes });
      const { wholeAfterMs, events, violations } = result;
      const line = { seed, wholeAfterMs, events: events.length, violations: violations.length };
      appendFileSync(order.results, `${JSON.stringify(line)}\n`);
      if (order.withStory) process.stdout.write(`${story(result)}\n`);
      if (violations.length === 0) continue;
      broken++;
      process.stdout.write(`${report(result)}\n`);
    }
    expect(broken).toBe(0);
  },
  2 ** 31 - 1,
);
