/// <reference types="jest" />
import { silentLogger, type Arbiter, type Clock, type Lease, type Taken } from '@noex/contracts';

/** A store, and arbiters of one adapter that share it. Made anew for each test. */
export interface ArbiterComplianceEnvironment {
  /** An arbiter of that node, not started. Every one has the same options. */
  arbiter(node: string): Arbiter;
  /** What the arbiters are given, and time is measured by. */
  readonly clock: Clock;
  /** Lets time pass, in ms. */
  pass(ms: number): Promise<void>;
  /** How much later than promised things may be seen to happen, in ms: by timers of the machine, or by a store that clears up now and then. */
  readonly lateMs: number;
  /** From now on the node's requests do not reach the store; or they do, and its answers do not reach the node. */
  cut(node: string, lost: 'requests' | 'answers'): void;
  heal(node: string): void;
  /** After every arbiter is closed. */
  dispose?(): Promise<void>;
}

/** How often time is let pass while something is waited for. */
const STEPS_PER_LEASE = 60;

/** The arbiters of one test. */
export class ArbiterStage {
  environment!: ArbiterComplianceEnvironment;
  private started: Arbiter[] = [];

  constructor(create: () => ArbiterComplianceEnvironment | Promise<ArbiterComplianceEnvironment>) {
    beforeEach(async () => {
      this.started = [];
      this.environment = await create();
    });
    afterEach(async () => {
      await Promise.all(this.started.map((arbiter) => arbiter.close()));
      await this.environment.dispose?.();
    });
  }

  readonly start = async (node: string): Promise<Arbiter> => {
    const { environment } = this;
    const arbiter = environment.arbiter(node);
    this.started.push(arbiter);
    await arbiter.start({ node, clock: environment.clock, logger: silentLogger });
    return arbiter;
  };

  readonly pair = (): Promise<[Arbiter, Arbiter]> => Promise.all([this.start('a'), this.start('b')]);

  readonly now = (): number => this.environment.clock.now();

  /** Claims until there is a lease, for the time of a lease and what the store may be late. */
  async obtain(arbiter: Arbiter, name: string, holder: string): Promise<Lease> {
    const { environment } = this;
    const limit = this.now() + arbiter.leaseMs + environment.lateMs;
    for (;;) {
      const answer = await arbiter.claim(name, holder);
      if (!isTaken(answer)) return answer;
      if (this.now() > limit) throw new Error(`${name} is still of ${answer.taken.holder}`);
      await environment.pass(arbiter.leaseMs / STEPS_PER_LEASE);
    }
  }

  /** The error that it rejects with, as long as that comes within a third of a lease. */
  async rejection(arbiter: Arbiter, ask: () => Promise<unknown>): Promise<Error> {
    const begunAt = this.now();
    const error = await ask().then(
      (answer) => new Unexpected(`it answered ${JSON.stringify(answer)}`),
      (reason: Error) => reason,
    );
    if (error instanceof Unexpected) throw error;
    expect(this.now() - begunAt).toBeLessThanOrEqual(arbiter.leaseMs / 3 + this.environment.lateMs);
    return error;
  }

  /** As soon as the store answers the node again, or a third of a lease has passed. */
  async reached<T>(arbiter: Arbiter, ask: () => Promise<T>): Promise<T> {
    const limit = this.now() + arbiter.leaseMs / 3;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (this.now() > limit) throw error;
      }
    }
  }
}

class Unexpected extends Error {}

export function isTaken(answer: Lease | Taken): answer is Taken {
  return 'taken' in answer;
}

/** The lease, where the claim got one. */
export function leased(answer: Lease | Taken): Lease {
  if (isTaken(answer)) throw new Error(`the name is taken by ${answer.taken.holder}`);
  return answer;
}
