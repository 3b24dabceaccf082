import type { ProcessRef } from '@noex/contracts';
import type { LinkedProcess, RemoteLinkEnd } from './process-extras.js';

/**
 * Ties a process to another one: the abnormal end of either ends the other. `peer` is the other where it lives on this node and is
 * there. Where one of the two cannot be tied, the one that can gets its exit: `noproc`, or `noconnection` for another node.
 */
export function link(process: LinkedProcess, other: ProcessRef, peer: LinkedProcess | undefined): void {
  if (!peer) return process.exitSignal(other, other.node === process.ref.node ? 'noproc' : 'noconnection');
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

/** The process has this link from now on, and tells it of its end. */
export function addRemoteLink(process: LinkedProcess, link: RemoteLinkEnd): void {
  (process.extras.remoteLinks ??= new Set()).add(link);
}

/** Undoes `addRemoteLink`. */
export function removeRemoteLink(process: LinkedProcess, link: RemoteLinkEnd): void {
  process.extras.remoteLinks?.delete(link);
}

/** As `unlink`, for a process of another node. */
export function unlinkRemote(process: LinkedProcess, other: ProcessRef): void {
  process.extras.remoteLinks?.forEach((link) => {
    if (link.other.equals(other)) link.unlink();
  });
}
