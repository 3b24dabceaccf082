/** What came of the requests of peers since this node began to leave. */
export class Leaving {
  /** New calls and spawns are refused with DrainingError. */
  refuses = false;
  callsRefused = 0;
  spawnsRefused = 0;
  /** Refused spawns that their nodes placed elsewhere. */
  spawnsMoved = 0;
  /** Casts that reached the mailbox of a process. */
  castsDelivered = 0;
}
