// Loaded before the worker app (`node --import`): gives its module workers and load between its nodes, and a way in for load from outside.
// The app is started by the image's own command and configured by the manifest alone. What this file is told stands in DEPLOY_LOAD.
import 'reflect-metadata';
import { Controller, HttpException, Inject, Injectable, Module, Post } from '@nestjs/common';
import {
  ClusterService,
  HandleCall,
  HandleCast,
  NoexBehavior,
  ProcessGroupsService,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { openHistory } from '../../../rolling-restart/app/history.mjs';
import { Load, WORKERS } from '../../../rolling-restart/app/load.mjs';
import { AppModule } from '../../../../apps/worker/dist/app.module.js';

const { rates, workers } = JSON.parse(process.env.DEPLOY_LOAD);
const history = openHistory('/history', process.env.POD_NAME);
const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What TypeScript makes of `constructor(private readonly a: A)` and of `@Decorator() method()`. */
const injects = (type, ...tokens) => tokens.forEach((token, i) => Inject(token)(type, undefined, i));
const decorate = (decorator, { prototype }, method) =>
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));

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

class Visitor {}
NoexBehavior('visitor')(Visitor);

class LoadService {
  constructor(calls, spawns, groups, cluster) {
    Object.assign(this, { spawns, cluster });
    this.load = new Load({ calls, spawns, groups, self: cluster.getLocalNodeId(), history });
  }
  async onApplicationBootstrap() {
    for (let i = 0; i < workers; i++) await this.spawns.spawn(Worker, { on: 'local' });
    // A node that is alone finds nobody to call.
    if (this.cluster.getConnectedNodeCount() > 0) this.load.start(rates);
    else this.stopWaiting = this.cluster.onNodeUp(() => this.begin());
  }
  begin() {
    this.stopWaiting();
    this.load.start(rates);
  }
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
  async work() {
    const error = await this.load.request(0);
    if (error) throw new HttpException({ outcome: error.outcome, code: error.code }, 502);
    return { ok: true };
  }
}
Controller('work')(WorkController);
injects(WorkController, LoadService);
decorate(Post(), WorkController, 'work');

class LoadModule {}
Module({ providers: [Worker, Visitor, LoadService], controllers: [WorkController] })(LoadModule);
Reflect.defineMetadata('imports', [...Reflect.getMetadata('imports', AppModule), LoadModule], AppModule);
