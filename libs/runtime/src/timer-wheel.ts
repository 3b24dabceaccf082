import type { Clock, TimerHandle } from '@noex/contracts';
import { outsideActivity } from './activity.js';

const TICK_MS = 10;
const SLOTS = 512;
const MASK = SLOTS - 1;

/** Something with a due time. Entries are their own list nodes, so arming one allocates nothing. */
export abstract class WheelEntry {
  /** For the wheel only. */
  wheelPrevious: WheelEntry | null = null;
  wheelNext: WheelEntry | null = null;
  wheelTick = -1;

  /** Called once, at or up to 10 ms after the due time; the entry is already off the wheel. Should not throw. */
  abstract expire(): void;
}

class Slot extends WheelEntry {
  constructor() {
    super();
    this.wheelPrevious = this;
    this.wheelNext = this;
  }
  override expire(): void {}
}

/**
 * All deadlines and timers of one node on one timer of the clock: add and remove are O(1) (hashed timing wheel, Varghese
 * and Lauck 1987, scheme 6). An entry never fires early; it fires at most one tick (10 ms) late. The clock's timer is
 * armed only for a slot that holds something: an idle node has none, once the one for the last entry, removed or not, fired.
 */
export class TimerWheel {
  /** When the last entry was added: whoever added it needs no look at the clock of his own. */
  addedAt = 0;
  private readonly slots: (Slot | undefined)[] = new Array<Slot | undefined>(SLOTS).fill(undefined);
  /** Entries that are about to fire. */
  private readonly due = new Slot();
  private count = 0;
  /** The last tick whose slot was visited. */
  private tick = 0;
  private armedTick = Infinity;
  private handle: TimerHandle;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.count;
  }

  add(entry: WheelEntry, delayMs: number): void {
    const now = this.clock.now();
    this.addedAt = now;
    if (delayMs === Infinity) return;
    if (this.count === 0) this.tick = Math.floor(now / TICK_MS);
    const due = Math.max(Math.ceil((now + delayMs) / TICK_MS), this.tick + 1);
    entry.wheelTick = due;
    const slot = (this.slots[due & MASK] ??= new Slot());
    chain(entry, slot);
    this.count++;
    if (due < this.armedTick) this.arm(due, now);
  }

  /** Takes an entry off; nothing happens if it is not on. */
  remove(entry: WheelEntry): void {
    if (entry.wheelPrevious === null) return;
    unchain(entry);
    this.count--;
  }

  /** Forgets every entry without firing it. */
  close(): void {
    this.clock.clearTimeout(this.handle);
    this.armedTick = Infinity;
    for (const slot of [this.due, ...this.slots]) {
      while (slot && slot.wheelNext !== slot) this.remove(slot.wheelNext!);
    }
  }

  /** No further ahead than one turn of the wheel: timers of the machine do not take months. */
  private arm(due: number, now: number): void {
    if (this.armedTick !== Infinity) this.clock.clearTimeout(this.handle);
    const tick = Math.min(due, Math.floor(now / TICK_MS) + SLOTS);
    this.armedTick = tick;
    const delayMs = Math.max(0, tick * TICK_MS - now);
    this.handle = outsideActivity(() => this.clock.setTimeout(this.advance, delayMs));
  }

  private readonly advance = (): void => {
    this.armedTick = Infinity;
    const now = this.clock.now();
    const current = Math.floor(now / TICK_MS);
    // After a stall of more than one turn of the wheel each slot is visited once.
    const from = Math.max(this.tick + 1, current - SLOTS + 1);
    this.tick = current;
    for (let tick = from; tick <= current; tick++) this.fireSlot(this.slots[tick & MASK], current);
    if (this.count === 0) return;
    // What `expire` added may have armed a later tick.
    const next = this.nextOccupied();
    if (next < this.armedTick) this.arm(next, this.clock.now());
  };

  private fireSlot(slot: Slot | undefined, current: number): void {
    if (!slot) return;
    // `expire` may remove and add any entry: what falls due leaves the slot first, what is due later stays.
    const { due } = this;
    for (let entry = slot.wheelNext!; entry !== slot;) {
      const next = entry.wheelNext!;
      if (entry.wheelTick <= current) {
        unchain(entry);
        chain(entry, due);
      }
      entry = next;
    }
    while (due.wheelNext !== due) {
      const entry = due.wheelNext!;
      this.remove(entry);
      try {
        entry.expire();
      } catch (error) {
        // The others must still fire.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  private nextOccupied(): number {
    for (let ahead = 1; ahead <= SLOTS; ahead++) {
      const slot = this.slots[(this.tick + ahead) & MASK];
      if (slot && slot.wheelNext !== slot) return this.tick + ahead;
    }
    return this.tick + SLOTS;
  }
}

/** Puts an entry at the end of a slot. */
function chain(entry: WheelEntry, slot: Slot): void {
  const last = slot.wheelPrevious!;
  last.wheelNext = entry;
  entry.wheelPrevious = last;
  entry.wheelNext = slot;
  slot.wheelPrevious = entry;
}

function unchain(entry: WheelEntry): void {
  entry.wheelPrevious!.wheelNext = entry.wheelNext;
  entry.wheelNext!.wheelPrevious = entry.wheelPrevious;
  entry.wheelPrevious = null;
  entry.wheelNext = null;
}
