import { BehaviorNotFoundError, InvalidMessageError } from '@noex/contracts';
import type { BehaviorDriver } from './behavior.js';

/** The behaviors that one node knows, by their unique names. */
export class BehaviorRegistry {
  /** Names of those that peers may start. */
  readonly openToPeers = new Set<string>();
  private readonly drivers = new Map<string, BehaviorDriver>();

  constructor(private readonly node: string) {}

  /** Throws InvalidMessageError when another behavior has the name. */
  add(driver: BehaviorDriver, openToPeers: boolean): void {
    const known = this.drivers.get(driver.name);
    if (known && known !== driver) {
      throw new InvalidMessageError(
        `two behaviors are named "${driver.name}"; a behavior's name must be unique on its node`,
      );
    }
    this.drivers.set(driver.name, driver);
    if (openToPeers) this.openToPeers.add(driver.name);
  }

  find(name: string): BehaviorDriver | undefined {
    return this.drivers.get(name);
  }

  /** The behavior of this name; one that is given itself need not be known. Throws BehaviorNotFoundError. */
  resolve(behavior: string | BehaviorDriver): BehaviorDriver {
    const driver = typeof behavior === 'string' ? this.drivers.get(behavior) : behavior;
    if (driver) return driver;
    throw new BehaviorNotFoundError(`node "${this.node}" knows no behavior "${String(behavior)}"`, {
      node: this.node,
      behavior,
    });
  }

  get names(): string[] {
    return [...this.drivers.keys()];
  }
}
