import type { Logger } from '@noex/contracts';
import { MemoryNetwork, type MemoryTransportOptions } from '@noex/transport-memory';
import { TransportNodes } from './transport-nodes.js';

function memoryNodes() {
  const network = new MemoryNetwork();
  const loggers: Logger[] = [];
  const nodes = new TransportNodes<MemoryTransportOptions>(({ logger, ...options }) => {
    loggers.push(logger);
    return network.transport(options);
  });
  return { nodes, loggers };
}

it('starts nodes that meet, in the life and the cluster that the test says', async () => {
  const { nodes } = memoryNodes();
  const a = await nodes.start('a');
  const b = await nodes.start('b', { seeds: [a.address] }, { clusterName: 'shop', incarnation: 7 });
  expect((await a.host.connected('b')).peer).toEqual({ id: 'b', incarnation: 7, address: b.address });
  const c = await nodes.start('c', { seeds: [a.address] }, { clusterName: 'mall' });
  expect([a.host.self.clusterName, c.host.self.clusterName]).toEqual(['shop', 'mall']);
  await nodes.close();
  await expect(a.host.transport.start(a.host)).rejects.toThrow();
});

it('waits for lines of the log, with their fields, and for warnings', async () => {
  const { nodes, loggers } = memoryNodes();
  const { lines, logged, warned } = await nodes.start('a');
  const [two, warning, error] = [logged(/dial/, 2), warned(/odd/), warned(/worse/)];
  const [logger] = loggers as [Logger];
  logger.info('odd, but no warning');
  logger.debug('dialed', { port: 1 });
  logger.warn('odd');
  logger.error('worse');
  logger.debug('dialed', { port: 2 });
  expect(await Promise.all([two, warning, error])).toEqual(['dialed {"port":1}', 'odd', 'worse']);
  expect(lines).toHaveLength(5);
  await nodes.close();
});

it('fails a test in which a promise of the port was broken', async () => {
  const { nodes } = memoryNodes();
  const { host } = await nodes.start('a');
  host.violations.push('peerUp without a peerDown between');
  await expect(nodes.close()).rejects.toThrow(/without a peerDown between/);
});
