import { Reconnects } from './reconnects.js';

const node = (id: string, incarnation = 1) =>
  ({ id, incarnation, address: 'x:1', clusterName: 'noex' }) as never;

describe('a reconnect', () => {
  it('is a node that comes up again in the life in which it was lost', () => {
    const reconnects = new Reconnects();
    reconnects.up(node('a'));
    expect(reconnects.count).toBe(0);
    for (const reason of ['connection_closed', 'heartbeat_timeout'] as const) {
      reconnects.down(node('a'), reason);
      reconnects.up(node('a'));
    }
    expect(reconnects.count).toBe(2);
  });

  it('is no new life, and none after a goodbye', () => {
    const reconnects = new Reconnects();
    reconnects.down(node('a', 1), 'connection_closed');
    reconnects.up(node('a', 2));
    reconnects.down(node('b'), 'connection_closed');
    reconnects.down(node('b'), 'graceful_shutdown');
    reconnects.up(node('b'));
    expect(reconnects.count).toBe(0);
  });

  it('is known of the last thousand that were lost', () => {
    const reconnects = new Reconnects();
    for (let n = 0; n < 1_001; n++) reconnects.down(node(`n${n}`), 'connection_closed');
    reconnects.up(node('n0'));
    expect(reconnects.count).toBe(0);
    for (let n = 1; n < 1_001; n++) reconnects.up(node(`n${n}`));
    expect(reconnects.count).toBe(1_000);
  });
});
