import { Counter, Gauge, Registry } from 'prom-client';
import { metricsPage } from './metrics-page.js';

function registry(node: string | undefined, value: number): Registry {
  const made = new Registry();
  const labelNames = node === undefined ? [] : ['node'];
  const labels: Record<string, string> = node === undefined ? {} : { node };
  new Gauge({ name: 'peers', help: 'Peers', labelNames, registers: [made] }).set(labels, value);
  return made;
}

describe('the page of several registries', () => {
  it('has each metric once, with the samples of all below one head', async () => {
    const [first, second] = [registry(undefined, 1), registry('us', 2)];
    new Gauge({ name: 'only_there', help: 'Here', registers: [second] }).set(3);
    const page = await metricsPage([first, second], new Registry());
    expect(page.trim().split('\n')).toEqual([
      '# HELP peers Peers',
      '# TYPE peers gauge',
      'peers 1',
      'peers{node="us"} 2',
      '',
      '# HELP only_there Here',
      '# TYPE only_there gauge',
      'only_there 3',
    ]);
  });

  it('shows of the shared one what none of them has', async () => {
    const shared = new Registry();
    new Gauge({ name: 'peers', help: 'not ours', registers: [shared] }).set(99);
    new Counter({ name: 'orders_total', help: 'Orders', registers: [shared] }).inc(4);
    const page = await metricsPage([registry('eu', 1), registry('us', 2)], shared);
    expect(page).not.toContain('99');
    expect(page).toContain('\norders_total 4\n');
  });
});
