import { describeTransportCompliance } from '@noex/testing';
import { MemoryNetwork } from './memory-network.js';

describeTransportCompliance('memory', () => {
  const network = new MemoryNetwork({ reconnectMs: 5 });
  let addresses = 0;
  return {
    transport: (options) => network.transport(options),
    address: async () => `memory:reserved-${++addresses}`,
  };
});

describeTransportCompliance('memory with latency', () => {
  const network = new MemoryNetwork({ latencyMs: 2, reconnectMs: 5 });
  let addresses = 0;
  return {
    transport: (options) => network.transport(options),
    address: async () => `memory:reserved-${++addresses}`,
  };
});
