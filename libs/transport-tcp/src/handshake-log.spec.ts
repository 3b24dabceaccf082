import { silentLogger } from '@noex/contracts';
import { HandshakeLog } from './handshake-log.js';

function setup() {
  const lines: string[] = [];
  const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} };
  const write = (level: string) => (line: string) => void lines.push(`${level} ${line}`);
  const log = new HandshakeLog({ ...silentLogger, warn: write('warn'), debug: write('debug') }, clock);
  return { log, lines };
}

const wrong = { code: 'cluster_name', message: 'other cluster' } as const;

it('counts every refusal by its reason, said or not', () => {
  const { log, lines } = setup();
  for (let n = 0; n < 3; n++) log.report({ refusal: wrong, by: 'us', remote: 'x:1' });
  for (let n = 0; n < 2; n++) log.crowded('address_limit', '10.0.0.1', 16);
  log.crowded('address_limit', '10.0.0.2', 16);
  log.crowded('pending_limit', '10.0.0.3', 128);
  log.crowded('pending_limit', '10.0.0.4', 128);
  log.late('10.0.0.5');
  expect(Object.fromEntries(log.counts.entries())).toEqual({
    cluster_name: 3,
    address_limit: 3,
    pending_limit: 2,
    handshake_timeout: 1,
  });
  expect(lines).toEqual([
    'warn refused x:1: other cluster',
    'warn dropped a connection from 10.0.0.1: 16 of its connections are not admitted yet',
    'warn dropped a connection from 10.0.0.2: 16 of its connections are not admitted yet',
    'warn dropped a connection from 10.0.0.3: 128 are not admitted yet',
    'debug cut a connection from 10.0.0.5 that was not admitted in time',
  ]);
});
