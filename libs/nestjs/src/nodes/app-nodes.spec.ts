import { InvalidOptionsError } from '@noex/contracts';
import type { DiscoveryService } from '@nestjs/core';
import { AppNodeName, AppNodes, type OfNode } from './app-nodes.js';

class Part implements OfNode {
  constructor(readonly nodes: AppNodes) {}
}

/** Nodes of one app, in the order in which Nest finds them. */
function app(...names: (string | undefined)[]) {
  const instances: unknown[] = [undefined, { other: true }];
  const discovery = {
    getProviders: () => instances.map((instance) => ({ instance })),
  } as unknown as DiscoveryService;
  return names.map((name) => {
    const own = new AppNodeName(name);
    const nodes = new AppNodes(own, discovery);
    const part = new Part(nodes);
    // Twice, as a provider and its alias.
    instances.push(own, part, part);
    return part;
  });
}

describe('the nodes of an app', () => {
  it('are led by the one without a name, wherever it is imported', () => {
    const [eu, plain, us] = app('eu', undefined, 'us');
    expect(eu!.nodes.names).toEqual([undefined, 'eu', 'us']);
    expect([eu, plain, us].map((part) => part!.nodes.leads)).toEqual([false, true, false]);
    expect(us!.nodes.all(Part)).toEqual([plain, eu, us]);
  });

  it('are led by the first one where all have names', () => {
    const [us, eu] = app('us', 'eu');
    expect([us!.nodes.leads, eu!.nodes.leads]).toEqual([true, false]);
    expect(eu!.nodes.all(Part)).toEqual([us, eu]);
  });

  it('are represented by the leading one, the others by themselves', () => {
    const [eu, plain] = app('eu', undefined);
    expect(plain!.nodes.represented(Part)).toEqual([plain, eu]);
    expect(eu!.nodes.represented(Part)).toEqual([eu]);
  });

  it('that is alone leads itself', () => {
    const [one] = app(undefined);
    expect(one!.nodes.all(Part)).toEqual([one]);
    expect(() => one!.nodes.requireDistinct()).not.toThrow();
  });

  it.each([
    [['eu', 'us', 'eu'], 'two nodes of the app have the name "eu"'],
    [[undefined, 'us', undefined], 'NoexModule is imported twice'],
  ])('have names of their own: %j', (names, message) => {
    const [first] = app(...names);
    expect(() => first!.nodes.requireDistinct()).toThrow(InvalidOptionsError);
    expect(() => first!.nodes.requireDistinct()).toThrow(message);
  });

  it('that somebody names have to be there', () => {
    const [eu] = app('eu', 'us');
    expect(() => eu!.nodes.requireNode('us', 'x')).not.toThrow();
    expect(() => eu!.nodes.requireNode('asia', 'x')).toThrow(
      'x belongs to the node "asia", which this app does not have: it has "eu", "us"',
    );
    expect(() => eu!.nodes.requireNode(undefined, 'x')).toThrow('x names no node');
  });
});
