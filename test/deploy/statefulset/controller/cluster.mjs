import { mkdirSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startDnsServer } from '../dns/dns-server.mjs';
import { zoneOf } from '../dns/zone.mjs';
import { Pod } from '../kubelet/pod.mjs';
import { CONTROL_ADDRESS } from '../network/network.mjs';
import { endpointsOf, isHeadless, portOf, targetPort } from './endpoints.mjs';
import { mayEvict, nextSteps } from './next-steps.mjs';

const NETWORK_TEARDOWN_MS = 1_000;
const LOOK_MS = 200;

/** One StatefulSet and what its manifests bring with it, run as a cluster would: its controller, DNS, Services and kubelets. */
export class Cluster {
  /** By ordinal; a pod is in it until it is gone. */
  #pods = new Map();
  /** All there ever were. */
  lives = [];
  /** What happened, in order: `{ at, what, pod }`. */
  events = [];
  #published = [];
  #startDelayMs = () => 0;
  #isOpen = true;

  /**
   * @param {{ documents: object[], propagationMs: number }} manifests `propagationMs`: until DNS and every balancer have heard of a change of
   *   endpoints
   * @param {{ network: object, folder: string, image: object, repository: string, replicas: number, historyFolder?: string,
   *   extraEnv?: (env: object) => object }} options
   */
  constructor({ documents, propagationMs }, options) {
    this.propagationMs = propagationMs;
    const of = (kind) => documents.filter((document) => document.kind === kind);
    const [set, ...others] = of('StatefulSet');
    if (!set || others.length > 0)
      throw new Error(`expected one StatefulSet, got ${others.length + (set ? 1 : 0)}`);
    this.options = { extraEnv: () => ({}), ...options };
    this.set = structuredClone({ ...set, spec: { ...set.spec, replicas: 0 } });
    this.services = of('Service');
    this.budget = of('PodDisruptionBudget')[0]?.spec;
    this.world = {
      configMaps: of('ConfigMap'),
      secrets: of('Secret'),
      nameserver: CONTROL_ADDRESS,
      historyFolder: options.historyFolder,
    };
  }

  /** `delayMs`: how long the machine of each of the first pods takes until it starts the container. */
  async start(delayMs = () => 0) {
    this.dns = await startDnsServer(() => zoneOf(this.services, this.#published), CONTROL_ADDRESS);
    this.#startDelayMs = delayMs;
    this.scale(this.options.replicas);
    this.#startDelayMs = () => 0;
  }

  get pods() {
    return [...this.#pods.values()].sort((a, b) => a.ordinal - b.ordinal);
  }

  pod(ordinal) {
    return this.#pods.get(ordinal);
  }

  scale(replicas) {
    this.set.spec.replicas = replicas;
    this.#reconcile();
  }

  /** `kubectl rollout restart`. */
  rolloutRestart() {
    const { metadata } = this.set.spec.template;
    metadata.annotations = {
      ...metadata.annotations,
      'kubectl.kubernetes.io/restartedAt': String(this.lives.length),
    };
    this.#reconcile();
  }

  /** Whether the eviction was granted. */
  evict(ordinal) {
    if (this.budget && !mayEvict(this.budget, this.#views(), this.set.spec.replicas, ordinal)) return false;
    void this.pod(ordinal).delete();
    return true;
  }

  /** A pod's machine is lost, and the pod is made again elsewhere. */
  async lose(ordinal) {
    const pod = this.pod(ordinal);
    await this.options.network.isolate(pod.address);
    await pod.lose();
  }

  #revision() {
    return createHash('sha256').update(JSON.stringify(this.set.spec.template)).digest('hex').slice(0, 10);
  }

  #views() {
    const now = performance.now();
    return this.pods.map((pod) => pod.view(now, this.set.spec.minReadySeconds));
  }

  #reconcile() {
    if (!this.#isOpen) return;
    const { create, remove } = nextSteps(this.set.spec, this.#revision(), this.#views());
    for (const ordinal of create) this.#create(ordinal);
    for (const ordinal of remove) void this.pod(ordinal).delete();
  }

  /** Its place is taken at once, its slot a moment later. */
  #create(ordinal) {
    const revision = this.#revision();
    const place = { ordinal, view: () => ({ ordinal, revision, name: '', labels: {}, ports: [] }) };
    const delayMs = this.#startDelayMs(ordinal);
    this.#pods.set(ordinal, place);
    void this.options.network.take().then((slot) => {
      const pod = this.#makePod(ordinal, revision, slot);
      this.#pods.set(ordinal, pod);
      this.lives.push(pod);
      this.#note('created', pod);
      void pod.start(delayMs);
      this.#told();
    });
  }

  #makePod(ordinal, revision, slot) {
    const { metadata, spec } = this.set;
    const { template, serviceName } = spec;
    const name = `${metadata.name}-${ordinal}`;
    const labels = {
      ...template.metadata.labels,
      'apps.kubernetes.io/pod-index': String(ordinal),
      'controller-revision-hash': `${metadata.name}-${revision}`,
      'statefulset.kubernetes.io/pod-name': name,
    };
    const manifest = {
      metadata: { ...template.metadata, name, namespace: metadata.namespace, labels, uid: slot.namespace },
      spec: { ...template.spec, hostname: name, subdomain: serviceName, nodeName: slot.namespace },
      status: { podIP: slot.address, hostIP: CONTROL_ADDRESS },
    };
    const { folder, image, repository, extraEnv } = this.options;
    mkdirSync(folder, { recursive: true });
    return new Pod(manifest, ordinal, revision, {
      ...{ image, repository, extraEnv, world: this.world, namespace: slot.namespace },
      folder: join(folder, `${name}.${this.lives.length}`),
      changed: (pod) => this.#changed(pod, slot),
    });
  }

  #changed(pod, slot) {
    const { wasReady = false, wasTerminating = false } = pod.seen ?? {};
    pod.seen = { wasReady: pod.isReady, wasTerminating: pod.isTerminating };
    if (pod.isReady && !wasReady) this.#becameReady(pod);
    if (!pod.isReady && wasReady) this.#note('not ready', pod);
    if (pod.isTerminating && !wasTerminating) this.#note('deleted', pod);
    if (pod.isGone) {
      this.#note('gone', pod);
      if (this.pod(pod.ordinal) === pod) this.#pods.delete(pod.ordinal);
      // What it sent last still arrives: a pod's network is taken down after its containers have ended.
      setTimeout(() => void this.options.network.give(slot), NETWORK_TEARDOWN_MS).unref();
    }
    this.#told();
  }

  #becameReady(pod) {
    this.#note('ready', pod);
    // What it sees at the moment that it takes work.
    pod.peersWhenReady = pod.peers();
    const { minReadySeconds = 0 } = this.set.spec;
    setTimeout(() => this.#told(), minReadySeconds * 1000 + 1);
  }

  #note(what, pod) {
    this.events.push({ at: performance.now(), what, pod: pod.name });
  }

  #told() {
    const views = this.#views();
    setTimeout(() => (this.#published = views.filter(({ address }) => address)), this.propagationMs).unref();
    this.#reconcile();
  }

  /** Address and port of an endpoint of a Service with an address of its own, any; undefined where it has none. */
  endpoint(portName) {
    const service = this.services.find((one) => !isHeadless(one));
    const port = portOf(service, portName);
    const all = endpointsOf(service, this.#published);
    const pod = all[Math.floor(Math.random() * all.length)];
    return pod && { host: pod.address, port: targetPort(port, pod), pod: pod.name };
  }

  get isAllReady() {
    const { replicas } = this.set.spec;
    const pods = this.pods;
    return pods.length === replicas && pods.every(({ isReady, isTerminating }) => isReady && !isTerminating);
  }

  /** Replaced, and settled: nothing is left to do. */
  get isRolledOut() {
    const revision = this.#revision();
    const views = this.#views();
    return this.isAllReady && views.every((view) => view.revision === revision && view.isAvailable);
  }

  /** Resolves when it is so, with how long that took in ms. @throws {Error} with the state of all pods */
  async until(what, isSo, withinMs) {
    const began = performance.now();
    while (!(await isSo())) {
      if (performance.now() - began > withinMs) {
        throw new Error(`not within ${withinMs / 1000} s: ${what}\n${this.describe()}`);
      }
      await delay(LOOK_MS);
    }
    return performance.now() - began;
  }

  /** How many others each node sees. */
  async peerCounts() {
    return Promise.all(this.pods.map((pod) => pod.peers?.()));
  }

  /** Every node sees every other, and nobody else. */
  whole(withinMs) {
    const others = this.set.spec.replicas - 1;
    const isWhole = async () =>
      this.isAllReady && (await this.peerCounts()).every((count) => count === others);
    return this.until(`one mesh of ${others + 1}`, isWhole, withinMs);
  }

  describe() {
    return this.pods.map((pod) => pod.describe?.() ?? `pod ${pod.ordinal} waits for a slot`).join('\n');
  }

  /** Deletes all pods, in order, or (`atOnce`) as if the power were cut. */
  async close({ atOnce = false } = {}) {
    if (!this.#isOpen) return;
    if (!atOnce) {
      this.scale(0);
      await this.until('all pods are gone', () => this.#pods.size === 0, 120_000);
    }
    this.#isOpen = false;
    await Promise.all(this.pods.map((pod) => pod.lose?.()));
    this.dns?.close();
  }
}
