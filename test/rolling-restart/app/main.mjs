// START HERE. One node under test: a Nest app as a user writes it, decorated by hand because nothing compiles it. What it is told stands
// in the environment variable ROLLING_NODE (see ../support/node.mjs); it writes down what it did in files of its own (history.mjs).
import 'reflect-metadata';
import { Body, Controller, HttpException, Inject, Injectable, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClusterService,
  HandleCall,
  HandleCast,
  NoexBehavior,
  NoexModule,
  ProcessGroupsService,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { openHistory, watchLog } from './history.mjs';
import { Load, WORKERS } from './load.mjs';

const config = JSON.parse(process.env.ROLLING_NODE);
const history = openHistory(config.directory, config.name);
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What TypeScript makes of `constructor(private readonly a: A)` and of `@Decorator() method()`. */
const injects = (type, ...tokens) => tokens.forEach((token, i) => Inject(token)(type, undefined, i));
const decorate = (decorator, { prototype }, method) =>
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));

/** Takes calls, some of which take their time, and writes down each before it works on it. */
class Worker {
  constructor(groups) {
    this.groups = groups;
  }
  init(_, context) {
    this.groups.join(WORKERS, context.self);
  }
  work({ id, tookMs }) {
    history.handled(id);
    return tookMs > 0 ? delay(tookMs).then(() => id) : id;
  }
  note({ id }) {
    history.noted(id);
  }
}
NoexBehavior('worker')(Worker);
injects(Worker, ProcessGroupsService);
decorate(HandleCall(), Worker, 'work');
decorate(HandleCast(), Worker, 'note');

/** Started all over the cluster, and stopped again. */
class Visitor {
  async init() {
    await delay(5);
  }
}
NoexBehavior('visitor')(Visitor);

class LoadService {
  constructor(calls, spawns, groups, cluster) {
    this.load = new Load({ calls, spawns, groups, self: cluster.getLocalNodeId(), history });
  }
  onApplicationBootstrap() {
    this.load.start(config.load);
  }
  /** What brings work in stops first; what it has begun is brought to its end, the tries again included. */
  beforeDrain() {
    return this.load.stop();
  }
}
Injectable()(LoadService);
injects(LoadService, RemoteCallService, RemoteSpawnService, ProcessGroupsService, ClusterService);

class WorkController {
  constructor(service) {
    this.load = service.load;
  }
  async work({ tookMs }) {
    const error = await this.load.request(tookMs);
    if (error) throw new HttpException({ outcome: error.outcome, code: error.code }, 502);
    return { ok: true };
  }
}
Controller('work')(WorkController);
injects(WorkController, LoadService);
decorate(Post(), WorkController, 'work');
Body()(WorkController.prototype, 'work', 0);

class AppModule {}
Module({
  imports: [
    NoexModule.forRoot({
      nodeName: config.name,
      host: '127.0.0.1',
      port: config.port,
      seeds: config.seeds,
      clusterSecret: config.secret,
      shutdown: { drainMs: config.drainMs, noticeMs: config.noticeMs },
      supervise: Array.from({ length: config.workers }, (_, i) => ({ id: `worker-${i}`, behavior: Worker })),
    }),
  ],
  providers: [Worker, Visitor, LoadService],
  controllers: [WorkController],
})(AppModule);

const logger = watchLog(config.directory, config.name, (line) => {
  if (line.event === 'node_left') history.left(line);
});
const app = await NestFactory.create(AppModule, { logger, abortOnError: false });
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
const server = await app.listen(config.httpPort, '127.0.0.1');
// Longer than the balancer's: who closes an idle connection must be the one that sends on it.
server.keepAliveTimeout = 60_000;
const cluster = app.get(ClusterService);
if (cluster.getConnectedNodeCount() < config.seeds.length - 1) {
  await new Promise((resolve) => {
    cluster.onNodeUp(() => {
      if (cluster.getConnectedNodeCount() === config.seeds.length - 1) resolve();
    });
  });
}
process.send({ news: 'whole' });
// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));
