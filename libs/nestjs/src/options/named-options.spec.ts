import { InvalidOptionsError } from '@noex/contracts';
import { requireAppNodeName, resolveOptionsOf, variablePrefix } from './named-options.js';

const failed = (run: () => unknown): InvalidOptionsError => {
  try {
    run();
  } catch (error) {
    return error as InvalidOptionsError;
  }
  throw new Error('it was taken');
};

describe('the options of a named node', () => {
  const env = {
    NODE_NAME: 'shared',
    CLUSTER_PORT: '5000',
    CLUSTER_SEEDS: 'a@10.0.0.1:4369',
    CLUSTER_NAME: 'global',
    EU_WEST_CLUSTER_PORT: '5001',
    EU_WEST_NODE_NAME: 'w1',
    EU_WEST_CLUSTER_SECRET: 'a-secret-of-enough-bytes',
    POD_IP: '10.1.2.3',
  };

  it('come from variables that begin with its name, and never from those of the node without one', () => {
    const { nodeName, port, seeds, clusterName, advertisedHost, secrets } = resolveOptionsOf(
      'eu-west',
      {},
      env,
    );
    expect({ nodeName, port, seeds, clusterName, advertisedHost }).toEqual({
      nodeName: 'w1',
      port: 5001,
      seeds: [],
      clusterName: 'noex',
      advertisedHost: '10.1.2.3',
    });
    expect(secrets.reveal()).toEqual(['a-secret-of-enough-bytes']);
    expect(resolveOptionsOf(undefined, { insecure: true }, env)).toMatchObject({
      nodeName: 'shared',
      port: 5000,
    });
  });

  it('that are wrong are told with its name and its variables', () => {
    const error = failed(() => resolveOptionsOf('eu', { port: -1 }, { EU_CLUSTER_QUORUM: 'most' }));
    expect(error.message).toContain('port: got -1 in code (variable EU_CLUSTER_PORT)');
    expect(error.message).toContain('quorum: got "most" from EU_CLUSTER_QUORUM');
    expect(error.message).toContain('options of the node that the app calls "eu"');
    expect(error.data).toMatchObject({
      node: 'eu',
      violations: [{ field: 'port' }, { field: 'quorum', variable: 'EU_CLUSTER_QUORUM' }],
    });
  });
});

it.each(['eu', 'EU_1', 'eu-west'])('"%s" names a node in its app', (name) => {
  expect(() => requireAppNodeName(name)).not.toThrow();
});

it.each(['', '1st', 'a b', 'ž', 7, null])('%p names no node', (name) => {
  expect(() => requireAppNodeName(name)).toThrow(InvalidOptionsError);
});

it('variables have the name in capitals', () => {
  expect(['eu', 'eu-west'].map(variablePrefix)).toEqual(['EU_', 'EU_WEST_']);
});
