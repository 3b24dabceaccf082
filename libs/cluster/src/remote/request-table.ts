const INITIAL_PLACES = 64;
/** A ring that grew past this is given back when it is empty. */
const KEEP_PLACES = 4_096;

/**
 * Requests under way by their numbers, which count up: each stands in a ring at the place of its number's low bits. A number whose place
 * is still taken by an older request is passed over; the ring is never more than half full, so there are always free ones.
 *
 * Not a Map: when V8 rehashes one, the old table refers to the new one, and tables that grew old before they were dropped keep all
 * later ones, with the calls in them, alive until the next full collection. Every minor collection then copied a fifth of all that had been
 * allocated: 64 calls in flight took 6.0 µs of CPU each on both sides together, without this 3.6 µs.
 */
export class RequestTable<Request extends { readonly id: number }> {
  private places = emptyRing<Request>(INITIAL_PLACES);
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(id: number): Request | undefined {
    const request = this.places[this.placeOf(id)];
    return request && request.id === id ? request : undefined;
  }

  /** Whether a request, of this number or another, stands where this one would: it cannot be added now. */
  isTaken(id: number): boolean {
    return this.places[this.placeOf(id)] !== null;
  }

  /** Its number must not be taken. */
  add(request: Request): void {
    if (this.count * 2 >= this.places.length) this.grow();
    this.places[this.placeOf(request.id)] = request;
    this.count++;
  }

  /** True if it was there. */
  delete(id: number): boolean {
    if (!this.get(id)) return false;
    this.places[this.placeOf(id)] = null;
    if (--this.count === 0 && this.places.length > KEEP_PLACES) this.places = emptyRing(INITIAL_PLACES);
    return true;
  }

  /** Those there are now; adding and deleting does not change what was returned. */
  values(): Request[] {
    return this.places.filter((request) => request !== null);
  }

  private placeOf(id: number): number {
    return id & (this.places.length - 1);
  }

  /** Numbers that differ in their low bits still do with one bit more. */
  private grow(): void {
    const requests = this.values();
    this.places = emptyRing(this.places.length * 2);
    for (const request of requests) this.places[this.placeOf(request.id)] = request;
  }
}

function emptyRing<Request>(places: number): (Request | null)[] {
  return new Array<Request | null>(places).fill(null);
}
