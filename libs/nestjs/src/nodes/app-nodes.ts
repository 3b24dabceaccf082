import { Inject, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { InvalidOptionsError } from '@noex/contracts';
import { APP_NODE_NAME } from '../tokens.js';

/** What a node is called in its app; undefined for the one without a name. */
export class AppNodeName {
  constructor(readonly value: string | undefined) {}
}

/** Part of one node, in an app that may have several. */
export interface OfNode {
  readonly nodes: AppNodes;
}

/**
 * The nodes of one app, seen from one of them. The leading one (that without a name, else the first) serves health and metrics of all
 * on the app's port, and starts and stops all.
 */
@Injectable()
export class AppNodes {
  private known: readonly (string | undefined)[] | undefined;

  constructor(
    @Inject(APP_NODE_NAME) private readonly own: AppNodeName,
    private readonly discovery: DiscoveryService,
  ) {}

  get ownName(): string | undefined {
    return this.own.value;
  }

  /** The leading one first. Known before providers are made. */
  get names(): readonly (string | undefined)[] {
    this.known ??= defaultFirst(this.instances(AppNodeName).map(({ value }) => value));
    return this.known;
  }

  get leads(): boolean {
    return this.ownName === this.names[0];
  }

  /** The counterparts of a part of this node, itself included, the leading node's first. Known once providers are made. */
  all<Part extends OfNode>(type: Type<Part>): Part[] {
    const parts = this.instances(type);
    return [...parts.filter(({ nodes }) => nodes.leads), ...parts.filter(({ nodes }) => !nodes.leads)];
  }

  /** Of those nodes that this one speaks for on its pages: all where it leads, else itself. */
  represented<Part extends OfNode>(type: Type<Part>): Part[] {
    return this.leads ? this.all(type) : this.instances(type).filter(({ nodes }) => nodes === this);
  }

  /** @throws InvalidOptionsError where two nodes have one name. */
  requireDistinct(): void {
    const { names } = this;
    const twice = names.findIndex((name, at) => names.indexOf(name) !== at);
    if (twice < 0) return;
    const name = names[twice];
    throw new InvalidOptionsError(
      name === undefined
        ? 'NoexModule is imported twice; import it once, in the root module: it is global. A second node of the app needs a name: NoexModule.forRoot({ name, … })'
        : `two nodes of the app have the name "${name}": give each NoexModule.forRoot({ name, … }) its own, and import it once`,
    );
  }

  /** @throws InvalidOptionsError where the app has no such node. */
  requireNode(node: string | undefined, whose: string): void {
    const { names } = this;
    if (names.includes(node)) return;
    const known = names
      .map((name) => (name === undefined ? 'the one without a name' : `"${name}"`))
      .join(', ');
    throw new InvalidOptionsError(
      node === undefined
        ? `${whose} names no node, and each node of this app has a name (${known}): say which one by the option \`node\``
        : `${whose} belongs to the node "${node}", which this app does not have: it has ${known}`,
    );
  }

  private instances<T>(type: Type<T>): T[] {
    const instances = this.discovery.getProviders().map(({ instance }) => instance as unknown);
    return [...new Set(instances)].filter((instance): instance is T => instance instanceof type);
  }
}

/** Not by `sort`, which puts what is undefined last. */
function defaultFirst(names: readonly (string | undefined)[]): (string | undefined)[] {
  return [...names.filter((name) => name === undefined), ...names.filter((name) => name !== undefined)];
}
