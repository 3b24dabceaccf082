import type { LogFields } from '@noex/contracts';
import { silentLogger } from '@noex/contracts';
import { VirtualClock } from '@noex/testing';
import { ApiToken } from '../api-token.js';
import { RefusalLog, refusalOf } from './api-guard.js';

const TOKEN = 'operator-horse-battery';
const access = { token: new ApiToken(TOKEN), allowRemote: false };
const LOOPBACK = '127.0.0.1';
const REMOTE = '10.1.2.3';

describe('the guard of the management API', () => {
  it.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`])('lets "%s" in', (authorization) => {
    expect(refusalOf({ remoteAddress: LOOPBACK, authorization }, access)).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    TOKEN,
    `Basic ${TOKEN}`,
    'Bearer',
    'Bearer ',
    `Bearer ${TOKEN} x`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
  ])('answers %j with 401 and without the token', (authorization) => {
    const refusal = refusalOf({ remoteAddress: LOOPBACK, authorization }, access)!;
    expect(refusal).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(refusal.message).not.toContain('horse');
  });

  it('answers other machines with 403 alone, whether their token is right or not, unless they are allowed', () => {
    const asked = [`Bearer ${TOKEN}`, 'Bearer wrong', undefined].map((authorization) => ({
      remoteAddress: REMOTE,
      authorization,
    }));
    const codes = (allowRemote: boolean) =>
      asked.map((request) => refusalOf(request, { ...access, allowRemote })?.code);
    expect(codes(false)).toEqual(['remote_refused', 'remote_refused', 'remote_refused']);
    expect(codes(true)).toEqual([undefined, 'unauthorized', 'unauthorized']);
  });

  it('logs refusals of a kind once a minute, with how many there were', async () => {
    const lines: (LogFields | undefined)[] = [];
    const clock = new VirtualClock();
    const log = new RefusalLog(clock, { ...silentLogger, warn: (_, fields) => void lines.push(fields) });
    const unauthorized = refusalOf({ remoteAddress: LOOPBACK, authorization: 'Bearer wrong-horse' }, access)!;
    const remote = refusalOf({ remoteAddress: REMOTE, authorization: undefined }, access)!;
    for (let n = 0; n < 100; n++) log.add(unauthorized, LOOPBACK);
    log.add(remote, REMOTE);
    await clock.advance(60_000);
    log.add(unauthorized, LOOPBACK);
    expect(lines).toEqual([
      { event: 'management_refused', code: 'unauthorized', remoteAddress: LOOPBACK, refused: 1 },
      { event: 'management_refused', code: 'remote_refused', remoteAddress: REMOTE, refused: 1 },
      { event: 'management_refused', code: 'unauthorized', remoteAddress: LOOPBACK, refused: 100 },
    ]);
  });
});
