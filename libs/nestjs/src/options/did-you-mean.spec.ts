import { didYouMean } from './did-you-mean.js';

describe('didYouMean', () => {
  const names = ['nodeName', 'port', 'host', 'seeds', 'clusterSecret', 'clusterName', 'maxMessageBytes'];

  it.each([
    ['seed', 'seeds'],
    ['nodename', 'nodeName'],
    ['node_name', 'nodeName'],
    ['clusterSecert', 'clusterSecret'],
    ['secret', 'clusterSecret'],
    ['prot', 'port'],
    ['maxMessageByte', 'maxMessageBytes'],
  ])('%s -> %s', (typed, meant) => {
    expect(didYouMean(typed, names)).toBe(meant);
  });

  it('stays silent where nothing is near', () => {
    expect(didYouMean('logLevel', names)).toBeUndefined();
    expect(didYouMean('', names)).toBeUndefined();
  });
});
