// START HERE. One node under test: a Nest app as a user writes it, decorated by hand because nothing compiles it. What it is told stands
// in the environment variable ROLLING_NODE (see ../support/node.mjs); it writes down what it did in files of its own (history.mjs).
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClusterService,
  NoexBehavior,
  NoexModule,
  ProcessGroupsService,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { openHistory, watchLog } from './history.mjs';
import { Load } from './load.mjs';
import { delay, injects, workControllerOf, workerWith } from './workload.mjs';

const config = JSON.parse(process.env.ROLLING_NODE);
const history = openHistory(config.directory, config.name);
const Worker = workerWith(history);

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
  controllers: [workControllerOf(LoadService)],
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
