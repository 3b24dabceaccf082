/// <reference types="jest" />
import { describeArbiterFailures } from './arbiter-compliance-failures.js';
import {
  ArbiterStage,
  isTaken,
  leased,
  type ArbiterComplianceEnvironment,
} from './arbiter-compliance-stage.js';

export type { ArbiterComplianceEnvironment } from './arbiter-compliance-stage.js';

/** Longest name that a cluster takes, in characters. */
const MAX_NAME = 255;
/** Each is a name of its own: what has a meaning in some store, and what looks alike. */
const NAMES = [
  ...['a', 'A', 'a.b', 'a/b', 'a b', 'a..b', '.a', 'a.', '.', '*', '>', 'a.*', 'a.>', '$a', '_kv', '_kv.a'],
  ...[
    '=',
    '=YQ',
    '=YQA',
    'YQA',
    '-',
    '/',
    '\\',
    '%2F',
    '"',
    "'",
    '{}',
    '\n',
    '\t',
    '\0',
    '\u0000a',
    '\u007f',
  ],
  ...['é', 'e\u0301', 'ž', '名', '😀', '\ud83d', '\ude00', '\ufffd', '__proto__', 'constructor'],
  ...['n'.repeat(MAX_NAME), '名'.repeat(MAX_NAME), `${'名'.repeat(MAX_NAME - 1)}.`, '.'.repeat(MAX_NAME)],
];

/** What every adapter of the `Arbiter` port promises. Call it in a spec file of the adapter; it needs Jest's globals. */
export function describeArbiterCompliance(
  name: string,
  createEnvironment: () => ArbiterComplianceEnvironment | Promise<ArbiterComplianceEnvironment>,
): void {
  describe(`arbiter compliance: ${name}`, () => {
    const stage = new ArbiterStage(createEnvironment);
    describeNames(stage);
    describeLeases(stage);
    describeEpochs(stage);
    describeArbiterFailures(stage);
  });
}

function describeNames(stage: ArbiterStage): void {
  describe('a name', () => {
    it('has one lease, and others hear who has it', async () => {
      const [a, b] = await stage.pair();
      const { epoch, ...lease } = leased(await a.claim('orders', 'node a'));
      expect(lease).toEqual({ name: 'orders', holder: 'node a' });
      for (const arbiter of [a, b]) {
        expect(await arbiter.claim('orders', 'b')).toEqual({ taken: { holder: 'node a', epoch } });
      }
    });

    it('goes to exactly one of many that claim it at once, and the others hear of that one', async () => {
      const nodes = ['a', 'b', 'c', 'd'];
      const arbiters = await Promise.all(nodes.map(stage.start));
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all(arbiters.map((each, n) => each.claim(`job ${round}`, nodes[n]!)));
        const winners = answers.filter((answer) => !isTaken(answer)).map(leased);
        expect(winners).toHaveLength(1);
        const [{ holder, epoch }] = winners as [(typeof winners)[0]];
        const taken = answers.filter(isTaken);
        expect(taken).toEqual(Array.from({ length: 3 }, () => ({ taken: { holder, epoch } })));
      }
    });

    it('may be any text, and no two are one', async () => {
      const [a, b] = await stage.pair();
      const leases = [];
      for (const name of NAMES) leases.push(leased(await a.claim(name, `holder of ${name}`)));
      expect(leases.map(({ name }) => name)).toEqual(NAMES);
      for (const { name, holder, epoch } of leases.slice(-8)) {
        expect(await b.claim(name, 'b')).toEqual({ taken: { holder, epoch } });
      }
      await Promise.all(leases.map((lease) => a.release(lease)));
      for (const name of NAMES) expect(isTaken(await b.claim(name, 'b'))).toBe(false);
    });
  });

  it('nodes whose arbiters share the store see one id, on one line', async () => {
    const [a, b] = await stage.pair();
    expect(a.id).toBe(b.id);
    expect(a.id).toMatch(/^[ -~]{1,200}$/);
  });
}

function describeLeases(stage: ArbiterStage): void {
  describe('a lease', () => {
    it('ends by itself after leaseMs, and not before', async () => {
      const [a, b] = await stage.pair();
      const begunAt = stage.now();
      const { epoch } = leased(await a.claim('orders', 'a'));
      const next = await stage.obtain(b, 'orders', 'b');
      expect(stage.now() - begunAt).toBeGreaterThanOrEqual(a.leaseMs);
      expect(next.epoch).toBeGreaterThan(epoch);
    });

    it('lasts as long as it is renewed, and for leaseMs from when the last renewal began', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      let begunAt = 0;
      for (let n = 0; n < 3; n++) {
        await stage.environment.pass(a.leaseMs / 3);
        begunAt = stage.now();
        expect(await a.renew(lease)).toBe(true);
        expect(await b.claim('orders', 'b')).toEqual({ taken: { holder: 'a', epoch: lease.epoch } });
      }
      await stage.obtain(b, 'orders', 'b');
      expect(stage.now() - begunAt).toBeGreaterThanOrEqual(a.leaseMs);
    });

    it('is over with its release: renewals say so, and the name is free at once', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      expect(await a.renew(lease)).toBe(true);
      await a.release(lease);
      expect(await a.renew(lease)).toBe(false);
      expect(leased(await b.claim('orders', 'b')).holder).toBe('b');
      expect(await a.renew(lease)).toBe(false);
    });

    it('that has run out is not renewed, although nobody else has the name', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      expect(await a.renew(lease)).toBe(true);
      leased(await a.claim('witness', 'a'));
      // What was renewed before the witness is over before it.
      await stage.obtain(b, 'witness', 'b');
      expect(await a.renew(lease)).toBe(false);
      leased(await b.claim('orders', 'b'));
    });

    it('that has run out is not renewed once another has the name, and takes nothing from him', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      const next = await stage.obtain(b, 'orders', 'b');
      expect(await a.renew(lease)).toBe(false);
      expect(await b.renew(next)).toBe(true);
    });

    it('that is over is released without an effect on the next holder, however often', async () => {
      const [a, b] = await stage.pair();
      const first = leased(await a.claim('orders', 'a'));
      await a.release(first);
      await a.release(first);
      const second = leased(await a.claim('orders', 'a'));
      await a.release(first);
      expect(await a.renew(second)).toBe(true);
      const third = await stage.obtain(b, 'orders', 'b');
      await a.release(second);
      await a.release(first);
      expect(await b.renew(third)).toBe(true);
      expect(await a.claim('orders', 'a')).toEqual({ taken: { holder: 'b', epoch: third.epoch } });
    });

    it('can be renewed and released by what is known of it alone, in another arbiter of the store', async () => {
      const [a, b] = await stage.pair();
      const lease = leased(await a.claim('orders', 'a'));
      expect([await a.renew(lease), await b.renew({ ...lease }), await a.renew(lease)]).toEqual([
        true,
        true,
        true,
      ]);
      await b.release({ ...lease });
      expect(await a.renew(lease)).toBe(false);
    });
  });
}

function describeEpochs(stage: ArbiterStage): void {
  it('epochs of all names are one sequence that only grows, through releases, renewals and ends', async () => {
    const [a, b] = await stage.pair();
    const epochs: number[] = [];
    const note = ({ epoch }: { epoch: number }) => void epochs.push(epoch);
    for (let round = 0; round < 3; round++) {
      const first = leased(await a.claim('orders', 'a'));
      note(first);
      const second = leased(await b.claim(`job ${round}`, 'b'));
      note(second);
      await a.renew(first);
      await a.release(first);
      note(leased(await a.claim(`other ${round}`, 'a')));
      await b.renew(second);
    }
    note(leased(await b.claim('orders', 'b')));
    note(await stage.obtain(a, 'orders', 'a'));
    note(leased(await b.claim('last', 'b')));
    expect(epochs).toEqual([...new Set(epochs)].sort((x, y) => x - y));
    expect(epochs.every((epoch) => Number.isInteger(epoch) && epoch > 0 && epoch <= 2 ** 52)).toBe(true);
  });
}
