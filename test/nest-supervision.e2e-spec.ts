import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  ClusterService,
  HandleCall,
  HandleCast,
  NoexBehavior,
  NoexModule,
  RemoteCallService,
  RemoteMonitorService,
  RemoteSpawnService,
  SupervisionService,
  type NoexBehaviorOptions,
  type NoexModuleOptions,
  type ProcessContext,
  type ProcessRef,
} from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';
import { failure } from './support/troupe.js';

@Injectable()
class Stage {
  readonly log: string[] = [];
  readonly refs = new Map<string, ProcessRef>();
  broken = '';
}

/** A behavior whose processes write down when they begin and end. */
function actor(name: string, options: NoexBehaviorOptions = {}): Type {
  @NoexBehavior(name, options)
  class Actor {
    private who = name;
    constructor(private readonly stage: Stage) {}

    async init(args: string | undefined, context: ProcessContext): Promise<void> {
      this.who = args ?? name;
      if (this.stage.broken === this.who) throw new Error(`${this.who} has no costume`);
      this.stage.log.push(`begin ${this.who}`);
      this.stage.refs.set(this.who, context.self);
    }

    @HandleCall() greet(): string {
      return this.who;
    }

    @HandleCast() crash(): void {
      throw new Error('forgot the text');
    }

    terminate(): void {
      this.stage.log.push(`end ${this.who}`);
    }
  }
  // Nest injects by the type that the compiler emits for the constructor.
  Reflect.defineMetadata('design:paramtypes', [Stage], Actor);
  return Actor;
}

interface Show {
  readonly app: INestApplication;
  readonly stage: Stage;
  /** Log lines with an event. */
  readonly events: string[];
}

async function prepare(
  behaviors: Type[],
  supervise: NoexModuleOptions['supervise'],
  network = new MemoryNetwork(),
  nodeName = 'one',
): Promise<Show> {
  const stage = new Stage();
  @Module({
    imports: [
      NoexModule.forRoot({
        nodeName,
        transport: () => network.transport(),
        shutdown: { drainMs: 2000 },
        ...(supervise === undefined ? {} : { supervise }),
      }),
    ],
    providers: [...behaviors, { provide: Stage, useValue: stage }],
  })
  class AppModule {}
  const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = testing.createNestApplication();
  const events: string[] = [];
  const write = (line: unknown) => {
    const { event } = (typeof line === 'object' ? line : {}) as { event?: string };
    if (event) events.push(event);
  };
  app.useLogger({ log: write, warn: write, error: write, debug() {}, verbose() {}, fatal: write });
  return { app, stage, events };
}

async function start(...parameters: Parameters<typeof prepare>): Promise<Show> {
  const show = await prepare(...parameters);
  await show.app.init();
  return show;
}

/** Resolves when the process has ended. */
const gone = (app: INestApplication, ref: ProcessRef) =>
  new Promise((resolve) => app.get(RemoteMonitorService).monitor(ref, resolve));

/** What the root's children are once none of them is on its way. */
async function settledChildren(app: INestApplication) {
  // The supervisor answers when it has done all that came before.
  return app.get(SupervisionService).getRoot()!.whichChildren();
}

describe('a Nest app with a supervision tree', () => {
  const [A, B, C] = [actor('a'), actor('b'), actor('c')];

  it('starts it with the node, in order, and stops it in reverse before other processes', async () => {
    const D = actor('d');
    const { app, stage } = await start([A, B, C, D], [A, { strategy: 'one_for_all', children: ['b', C] }]);
    expect(stage.log).toEqual(['begin a', 'begin b', 'begin c']);
    await app.get(RemoteSpawnService).spawn(D);
    expect(await settledChildren(app)).toMatchObject([
      { id: 'a', status: 'running', type: 'worker', behavior: 'a' },
      { id: 'supervisor-2', status: 'running', type: 'supervisor' },
    ]);
    await app.close();
    expect(stage.log.slice(3)).toEqual(['begin d', 'end c', 'end b', 'end a', 'end d']);
  });

  it('starts behaviors with autoStart after the declared ones, with their arguments and name', async () => {
    const Auto = actor('auto', { autoStart: true });
    const Named = actor('named', { autoStart: { args: 'prompter', name: 'box' } });
    const { app, stage } = await start([Auto, Named, A], [A]);
    expect(stage.log).toEqual(['begin a', 'begin auto', 'begin prompter']);
    const box = app.get(RemoteSpawnService).whereis('box')!;
    await expect(app.get(RemoteCallService).call(box, 'greet')).resolves.toBe('prompter');
    await app.close();
  });

  it('restarts what crashes, as the behavior or the tree says', async () => {
    const Temp = actor('temp', { autoStart: true, restart: 'temporary' });
    const { app, stage } = await start([A, B, Temp], [A, { behavior: B, restart: 'temporary' }]);
    const remote = app.get(RemoteCallService);
    const first = stage.refs.get('a')!;
    for (const who of ['b', 'temp', 'a']) {
      const ref = stage.refs.get(who)!;
      remote.cast(ref, 'crash');
      await gone(app, ref);
    }
    expect(await settledChildren(app)).toMatchObject([{ id: 'a', status: 'running' }]);
    expect(stage.refs.get('a')!.equals(first)).toBe(false);
    await expect(remote.call(stage.refs.get('a')!, 'greet')).resolves.toBe('a');
    await app.close();
  });

  it('does not start when a child does not: the error names it, and nothing is left', async () => {
    const network = new MemoryNetwork();
    const { app, stage } = await prepare([A, B], [A, { id: 'backstage', children: [B] }], network);
    stage.broken = 'b';
    const error = (await failure(app.init())) as Error & { code: string };
    expect(error.code).toBe('spawn_failed');
    expect(error.message).toMatch(
      /^noex cannot start what the app supervises: child "backstage" did not start/,
    );
    expect(error.message).toMatch(/child "b" did not start.*b has no costume/);
    expect(stage.log).toEqual(['begin a', 'end a']);
    expect(app.get(ClusterService).getStatus()).toBe('stopped');
    await app.close();
    // Its place in the network is free again.
    const again = await start([A], [A], network);
    await again.app.close();
  });

  it('does not start when it names a behavior that it does not have', async () => {
    class Absent {}
    NoexBehavior('absent')(Absent);
    const { app } = await prepare([A, B], ['aa', { children: [Absent] }]);
    const error = (await failure(app.init())) as Error;
    expect(error.message).toBe(
      [
        'noex cannot start, 2 options are wrong:',
        '  - supervise[0]: got "aa" in code (no variable sets it); expected the name of a behavior of this app; did you mean "a"?',
        '  - supervise[1].children[0]: got Absent in code (no variable sets it); expected a behavior that is a provider: add Absent to a module',
      ].join('\n'),
    );
    expect(app.get(ClusterService).getStatus()).toBe('starting');
  });

  it('does not start when a behavior is both declared and has autoStart', async () => {
    const { app } = await prepare([actor('auto', { autoStart: true })], ['auto']);
    expect(String(await failure(app.init()))).toContain('"auto" here or autoStart on its class, not both');
  });

  it('stays up but is not ready once its root supervisor gave up', async () => {
    const { app, stage, events } = await start([A, B], { maxRestarts: 0, children: [A, B] });
    const cluster = app.get(ClusterService);
    expect(cluster.isReady()).toBe(true);
    const other = stage.refs.get('b')!;
    app.get(RemoteCallService).cast(stage.refs.get('a')!, 'crash');
    await gone(app, other);
    await failure(settledChildren(app));
    expect(cluster.notReadyReason()).toBe('the root supervisor ended: reached_max_restart_intensity');
    expect(cluster.getStatus()).toBe('running');
    expect(events).toEqual(expect.arrayContaining(['restart_intensity_exceeded', 'root_supervisor_ended']));
    await app.close();
  });

  it('has no root supervisor and no process where nothing is supervised', async () => {
    const { app } = await start([A], undefined);
    expect(app.get(SupervisionService).getRoot()).toBeUndefined();
    expect(app.get(RemoteSpawnService).getStats().processes).toBe(0);
    expect(app.get(ClusterService).isReady()).toBe(true);
    await app.close();
  });

  it('lets another node ask its supervisors', async () => {
    const network = new MemoryNetwork();
    const sessions = {
      id: 'sessions',
      name: 'sessions',
      strategy: 'dynamic',
      template: { behavior: A },
    } as const;
    const one = await start([A], [sessions], network, 'one');
    const two = await start([], undefined, network, 'two');
    const up = two.app.get(ClusterService);
    if (up.getConnectedNodeCount() === 0) await new Promise((resolve) => up.onNodeUp(resolve));
    const { ref } = one.app.get(SupervisionService).get('sessions')!;
    const supervisor = two.app.get(SupervisionService).get(ref);
    const session = await supervisor.startChild({ args: 'eva', id: 'eva' });
    await expect(two.app.get(RemoteCallService).call(session, 'greet')).resolves.toBe('eva');
    expect(await supervisor.whichChildren()).toEqual([
      { id: 'eva', status: 'running', ref: session, type: 'worker', behavior: 'a' },
    ]);
    const twice = await failure(supervisor.startChild({ id: 'eva' }));
    expect(twice).toMatchObject({ name: 'ChildError', code: 'child_already_started' });
    one.stage.broken = 'ada';
    expect(await failure(supervisor.startChild({ args: 'ada' }))).toMatchObject({ code: 'spawn_failed' });
    await supervisor.terminateChild(session);
    expect(await supervisor.countChildren()).toMatchObject({ active: 0, specs: 0 });
    await two.app.close();
    await one.app.close();
  });
});
