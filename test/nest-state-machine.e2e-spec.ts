import type { INestApplication } from '@nestjs/common';
import {
  ClusterService,
  HandleCall,
  InvalidMessageError,
  NoexBehavior,
  OnEnter,
  ProcessNotFoundError,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  State,
  StateMachine,
  type MonitorDown,
  type ProcessRef,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';
import { Door, OpenDoor, startApp } from './support/door-app.js';

describe('a state machine as a class', () => {
  let one: INestApplication;
  let two: INestApplication;
  let spawner: RemoteSpawnService;
  let remote: RemoteCallService;

  beforeEach(async () => {
    const network = new MemoryNetwork();
    one = await startApp(network, 'one', Door);
    const cluster = one.get(ClusterService);
    const up = new Promise((resolve) => cluster.onNodeUp(resolve));
    two = await startApp(network, 'two', Door);
    await up;
    spawner = one.get(RemoteSpawnService);
    remote = one.get(RemoteCallService);
  });

  afterEach(async () => {
    await one.close();
    await two.close();
  });

  const door = (on: string, args: { openMs?: number; ajar?: boolean } = {}) =>
    spawner.spawn(Door, { args, on });

  it.each(['one', 'two'])('on node "%s" handles a message as its state says', async (on) => {
    const ref = await door(on);
    await expect(remote.call(ref, 'open', { code: '1' })).resolves.toBe('wrong code');
    await expect(remote.call(ref, 'open', { code: '42' })).resolves.toBe('opened');
    await expect(remote.call(ref, 'open', { code: '42' })).rejects.toThrow(
      'behavior "door" has no call handler "open" in state "open"',
    );
    await expect(remote.call(ref, 'look')).resolves.toEqual({
      state: 'open',
      log: ['undefined -> closed', 'closed -> open'],
    });
  });

  it.each(['one', 'two'])('on node "%s" keeps the caller of a postponed call waiting', async (on) => {
    const ref = await door(on);
    const eva = remote.call(ref, 'pass', 'eva');
    const bo = remote.call(ref, 'pass', 'bo');
    await remote.call(ref, 'open', { code: '42' });
    await expect(Promise.all([eva, bo])).resolves.toEqual(['welcome eva', 'welcome bo']);
    const { log } = await remote.call(ref, 'look');
    expect(log.slice(2)).toEqual(['eva passes', 'bo passes']);
  });

  it.each(['one', 'two'])('on node "%s" fails postponed calls when it ends', async (on) => {
    const ref = await door(on);
    const eva = remote.call(ref, 'pass', 'eva');
    await remote.call(ref, 'look');
    spawner.stop(ref, 'kill');
    await expect(eva).rejects.toBeInstanceOf(ProcessNotFoundError);
  });

  it('has a method of its own for a message in each state, under one name', async () => {
    const ref = (await door('one')) as ProcessRef as ProcessRef<{ push(force: number): string }>;
    await expect(remote.call(ref, 'push', 1)).resolves.toBe('it gives way');
    await expect(remote.call(ref, 'push', 1)).resolves.toBe('it swings');
  });

  it('starts in the state that init chose', async () => {
    const ref = await door('one', { ajar: true });
    await expect(remote.call(ref, 'look')).resolves.toMatchObject({
      state: 'ajar',
      log: ['undefined -> ajar'],
    });
  });

  it('stays where it is when the handler throws, whatever it had asked for', async () => {
    const ref = await door('one');
    await expect(remote.call(ref as ProcessRef, 'push', 10)).rejects.toMatchObject({ name: 'RangeError' });
    await expect(remote.call(ref, 'look')).resolves.toMatchObject({ state: 'closed' });
  });

  it('checks payloads as any behavior does', async () => {
    const ref = await door('one');
    await expect(remote.call(ref, 'open', {} as OpenDoor)).rejects.toBeInstanceOf(InvalidMessageError);
    await expect(remote.call(ref, 'look')).resolves.toMatchObject({ state: 'closed' });
  });

  it('leaves a state when its timeout is over', async () => {
    const ref = await door('one', { openMs: 20 });
    await remote.call(ref, 'open', { code: '42' });
    await expect(remote.call(ref, 'whenClosed')).resolves.toBe('closed');
    const { log } = await remote.call(ref, 'look');
    expect(log.slice(2)).toEqual(['open too long', 'open -> closed']);
  });

  it('hears that no event came', async () => {
    const ref = await door('one');
    await remote.call(ref as ProcessRef, 'push', 1);
    const down = new Promise<MonitorDown>((resolve) => one.get(RemoteMonitorService).monitor(ref, resolve));
    await expect(down).resolves.toMatchObject({ reason: { shutdown: 'ajar and quiet' } });
  });

  it('takes casts, infos and downs by state too', async () => {
    const ref = await door('one');
    const other = await door('two');
    await remote.call(ref, 'watch', other);
    const opened = remote.call(ref, 'whenOpen');
    spawner.stop(other);
    await expect(opened).resolves.toBe('open');
    remote.cast(ref, 'slam');
    await expect(remote.call(ref, 'whenClosed')).resolves.toBe('closed');
    await remote.call(ref, 'blow');
    const { log } = await remote.call(ref, 'look');
    expect(log).toContain('down shutdown');
  });
});

describe('a state machine that contradicts itself keeps the app from starting', () => {
  @NoexBehavior('stray')
  class Stray {
    @State('open') @HandleCall() look(): void {}
  }

  @NoexBehavior('typo')
  @StateMachine({ initial: 'closed', states: ['closed', 'open'] })
  class Typo {
    @State('opne') @HandleCall() look(): void {}
  }

  @NoexBehavior('twins')
  @StateMachine({ initial: 'closed' })
  class Twins {
    @State('closed', 'ajar') @HandleCall('look') one(): void {}
    @State('ajar') @HandleCall('look') two(): void {}
  }

  it.each([
    [
      'a state without @StateMachine',
      Stray,
      'Stray.look is for a state machine: decorate the class with @StateMachine',
    ],
    [
      'an unknown state',
      Typo,
      'state machine Typo names the state "opne", which is not among its states: closed, open',
    ],
    ['two handlers for one message in one state', Twins, 'two call handlers for "look": one and two'],
  ])('%s', async (_, behavior, message) => {
    await expect(startApp(new MemoryNetwork(), 'one', behavior)).rejects.toThrow(message);
  });

  it('two decorators on one method', () => {
    expect(() => {
      class Twice {
        @HandleCall() @OnEnter('open') entered(): void {}
      }
      return Twice;
    }).toThrow('Twice.entered has two handler decorators');
    expect(() => {
      class Twice {
        @State('closed') @OnEnter('open') entered(): void {}
      }
      return Twice;
    }).toThrow('Twice.entered has its states named twice');
  });

  it('no initial state', () => {
    expect(() => StateMachine({} as never)(class Lost {} as never)).toThrow('on class Lost needs the state');
  });
});
