import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Namespaces around one switch, which cuts what it is told to. */
const SWITCH = join(import.meta.dirname, '../../../chaos/switch.py');

/** Addresses of the cluster: one for what is outside of the pods, each other for one pod at a time. Nobody routes to them. */
export const CONTROL_ADDRESS = '10.98.0.1';
const slotAddress = (index) => `10.98.0.${index + 2}`;

/** Names of the namespaces that a network of so many slots needs. */
export function namespaceNames(prefix, slots) {
  return [controlName(prefix), ...Array.from({ length: slots }, (_, i) => slotPrefix(prefix) + i)];
}

export const controlName = (prefix) => `${prefix}control`;
export const slotPrefix = (prefix) => `${prefix}slot-`;

/**
 * Slots for pods, each a namespace with an address, around a switch. The namespaces are there already, and the caller is in that of the control.
 * An address that no pod has reaches nobody: what is sent there is lost, as on a real network.
 */
export class Network {
  #answers = [];
  /** The one that was given back last comes last. */
  #free;
  #used = new Set();
  #cuts = [];

  static async start(prefix, slots) {
    const network = new Network();
    const [control, ...names] = namespaceNames(prefix, slots);
    network.#free = names.map((namespace, i) => ({ namespace, address: slotAddress(i) }));
    const ports = network.#free.map(({ namespace, address }) => `${namespace}=${address}`);
    network.process = spawn('python3', [SWITCH, `${control}=${CONTROL_ADDRESS}`, ...ports], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: network.process.stdout }).on('line', (line) =>
      network.#answers.shift()?.resolve(line),
    );
    network.process.on('exit', (code) => {
      for (const { reject } of network.#answers) reject(new Error(`the switch ended with ${code}`));
    });
    await network.#answer();
    for (const { address } of network.#free) await network.isolate(address);
    return network;
  }

  async take() {
    const slot = this.#free.shift();
    if (!slot) throw new Error('no slot is free for another pod');
    const { address } = slot;
    const others = [CONTROL_ADDRESS, ...this.#used];
    this.#used.add(address);
    await Promise.all(
      others.flatMap((other) => [this.#link(address, other, false), this.#link(other, address, false)]),
    );
    return slot;
  }

  async give(slot) {
    await this.isolate(slot.address);
    this.#free.push(slot);
  }

  /** Cuts an address off from everybody, until another pod takes it. */
  async isolate(address) {
    this.#used.delete(address);
    await Promise.all([this.#link(address, '*', true), this.#link('*', address, true)]);
  }

  /** Cuts every path between the two groups, until it heals. */
  async partition(these, those) {
    const pairs = these.flatMap((a) =>
      those.flatMap((b) => [
        [a, b],
        [b, a],
      ]),
    );
    this.#cuts.push(...pairs);
    await Promise.all(pairs.map(([from, to]) => this.#link(from, to, true)));
  }

  async heal() {
    await Promise.all(this.#cuts.splice(0).map(([from, to]) => this.#link(from, to, false)));
  }

  async #link(from, to, cut) {
    this.process.stdin.write(`link ${from} ${to} 0 0 0 ${cut ? 1 : 0}\n`);
    await this.#answer();
  }

  #answer() {
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  async close() {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.stdin.end();
    await ended;
  }
}
