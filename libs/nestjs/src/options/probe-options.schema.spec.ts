import { badFields, refused, resolve } from './resolve-options.spec-support.js';

describe('options of health, canary and management', () => {
  it.each([
    [{ health: { startupPath: 'livez' } }, 'health.startupPath'],
    [{ health: { startupPath: '/readyz' } }, 'health.startupPath'],
    [{ health: { startupPath: 'a?b' } }, 'health.startupPath'],
    [{ health: { aliases: 'no' } }, 'health.aliases'],
    [{ health: { maxLoopLagMs: 0 } }, 'health.maxLoopLagMs'],
    [{ health: { maxLoopLagMs: true } }, 'health.maxLoopLagMs'],
    [{ health: { maxQueuedMessages: 1.5 } }, 'health.maxQueuedMessages'],
    [{ metrics: { path: 'startupz' } }, 'metrics.path'],
    [{ metrics: { path: 'health' } }, 'metrics.path'],
    [{ canary: true }, 'canary'],
    [{ canary: { intervalMs: 5 } }, 'canary.intervalMs'],
    [{ canary: { timeoutMs: 0 } }, 'canary.timeoutMs'],
    [{ canary: { failures: 0 } }, 'canary.failures'],
    [{ management: true }, 'management'],
    [{ management: {} }, 'management.port'],
    [{ management: { host: '0.0.0.0' } }, 'management.port'],
    [{ management: { port: 65_536 } }, 'management.port'],
    [{ management: { port: 9090, host: 'http://x' } }, 'management.host'],
  ])('refuse %p for %s alone', (code, field) => {
    expect(badFields(code)).toEqual([field]);
  });

  it.each([
    [{ MANAGEMENT_PORT: '' }, 'management.port'],
    [{ MANAGEMENT_PORT: '80a' }, 'management.port'],
    [{ MANAGEMENT_PORT: '9090', MANAGEMENT_HOST: 'a b' }, 'management.host'],
  ])('refuse %p', (env, field) => {
    expect(badFields({}, env)).toEqual([field]);
    expect(refused({}, env).message).toContain(
      field === 'management.port' ? 'MANAGEMENT_PORT' : 'MANAGEMENT_HOST',
    );
  });

  it('open a management port on loopback by one variable, elsewhere by two', () => {
    expect(resolve({}, { MANAGEMENT_PORT: '9090' }).management).toEqual({ host: '127.0.0.1', port: 9090 });
    const env = { MANAGEMENT_PORT: '9090', MANAGEMENT_HOST: '0.0.0.0' };
    expect(resolve({}, env).management).toEqual({ host: '0.0.0.0', port: 9090 });
    expect(resolve({ management: { port: 7 } }, env).management).toEqual({ host: '0.0.0.0', port: 7 });
  });

  it('open none where code says so, whatever the environment says', () => {
    expect(resolve({ management: false }, { MANAGEMENT_PORT: '9090' }).management).toBe(false);
    expect(resolve({}, { MANAGEMENT_HOST: '0.0.0.0' }).management).toBe(false);
  });

  it('lift bounds one by one, and switch all off', () => {
    const bounds = { maxLoopLagMs: false, maxQueuedMessages: false } as const;
    expect(resolve({ health: bounds }).health).toMatchObject(bounds);
    expect(resolve({ health: false, canary: false })).toMatchObject({ health: false, canary: false });
  });

  it('free the paths of the aliases where those are switched off', () => {
    expect(resolve({ health: { aliases: false }, metrics: { path: 'health' } }).metrics).toEqual({
      path: 'health',
    });
  });
});
