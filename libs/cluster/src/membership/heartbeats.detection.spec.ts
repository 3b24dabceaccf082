import { seeded, watched, type Network } from './heartbeats.spec-support.js';

describe('with the default options', () => {
  const normal = (random: () => number) =>
    Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

  const networks: [what: string, network: (random: () => number) => Network][] = [
    ['a regular network', (random) => ({ random, latencyMs: () => 1 })],
    [
      'heartbeats up to 50 ms late',
      (random) => ({ random, lateMs: () => random() * 50, latencyMs: () => 1 }),
    ],
    [
      '60 ± 15 ms and 5 % of the segments lost',
      (random) => ({ random, latencyMs: () => Math.max(1, 60 + 15 * normal(random)), loss: 0.05 }),
    ],
    ['delays anywhere up to 1.5 s', (random) => ({ random, latencyMs: () => random() * 1500 })],
  ];

  it.each(networks)('%s: a node that hangs is found within 5 s, and never within 2', (what, network) => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed);
      const peer = watched(network(random));
      peer.live(Math.floor(random() * 200_000));
      const found = peer.hang();
      expect(found).toBeGreaterThan(2000);
      // What was under way when it hung still arrives: that is not the detector's time.
      expect(found).toBeLessThanOrEqual(what.startsWith('delays') ? 6500 : 5000);
    }
  });

  it.each(networks)('%s: nobody who lives is accused for an hour', (_, network) => {
    const peer = watched(network(seeded(7)));
    peer.live(3_600_000);
    expect(peer.accusations()).toBe(0);
  });
});
