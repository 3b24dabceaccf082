/** Chance that repeats itself: the same seed gives the same numbers (mulberry32, Tommy Ettinger 2017). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** In [0, 1). */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A stream of its own, so that what one part asks for does not shift the numbers of another. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Value>(values: readonly Value[]): Value | undefined {
    return values[Math.floor(this.next() * values.length)];
  }

  weighted<Value>(choices: readonly (readonly [weight: number, value: Value])[]): Value {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) if ((left -= weight) < 0) return value;
    return choices[choices.length - 1]![1];
  }

  /** Splits values into two groups, neither of them empty where there are two values or more. */
  split<Value>(values: readonly Value[]): [Value[], Value[]] {
    const first = this.between(0, values.length - 1);
    const groups: [Value[], Value[]] = [[], []];
    values.forEach((value, index) => groups[index === first || this.chance(0.3) ? 0 : 1].push(value));
    if (groups[1].length === 0 && groups[0].length > 1) groups[1].push(groups[0].pop()!);
    return groups;
  }
}
