// Loaded before the worker app (`node --import`): gives its module workers and load between its nodes, and a way in for load from outside.
// The app is started by the image's own command and configured by the manifest alone. What this file is told stands in DEPLOY_LOAD.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import {
  ClusterService,
  NoexBehavior,
  ProcessGroupsService,
  RemoteCallService,
  RemoteSpawnService,
} from '@noex/nestjs';
import { openHistory } from '../../../rolling-restart/app/history.mjs';
import { Load } from '../../../rolling-restart/app/load.mjs';
import { injects, workControllerOf, workerWith } from '../../../rolling-restart/app/workload.mjs';
import { AppModule } from '../../../../apps/worker/dist/app.module.js';

const { rates, workers } = JSON.parse(process.env.DEPLOY_LOAD);
const history = openHistory('/history', process.env.POD_NAME);
const Worker = workerWith(history);

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

class LoadModule {}
Module({ providers: [Worker, Visitor, LoadService], controllers: [workControllerOf(LoadService)] })(
  LoadModule,
);
Reflect.defineMetadata('imports', [...Reflect.getMetadata('imports', AppModule), LoadModule], AppModule);
