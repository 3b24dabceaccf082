import { InvalidMessageError, type ProcessRef } from '@noex/contracts';
import type { LinkedProcess } from './process-extras.js';

/**
 * Ties a process to another one of its node: the abnormal end of either ends the other. `peer` is the other where it is there;
 * where one of the two is not, the one that is gets its exit, `noproc`.
 */
export function link(process: LinkedProcess, other: ProcessRef, peer: LinkedProcess | undefined): void {
  if (other.node !== process.ref.node) {
    throw new InvalidMessageError(
      `process ${other.toString()} lives on node "${other.node}": links tie processes of one node; monitor it instead`,
    );
  }
  if (!peer) return process.exitSignal(other, 'noproc');
  // Its handler outlived it: to the other it is the one that is not there.
  if (!process.alive) return peer.exitSignal(process.ref, 'noproc');
  if (peer === process) return;
  (process.extras.links ??= new Set()).add(peer);
  (peer.extras.links ??= new Set()).add(process);
}

/** The two are no longer tied; harmless where they were not. */
export function unlink(process: LinkedProcess, peer: LinkedProcess): void {
  process.extras.links?.delete(peer);
  peer.extras.links?.delete(process);
}
