import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClusterService,
  defineContract,
  GlobalRegistryService,
  NoexModule,
  RemoteCallService,
} from '@noex/nestjs';

const Greeter = defineContract('greeter');

/** A node that sees the other come and go, and calls it all the time by its name. */
export class Observer {
  /** `up <incarnation>`, `down <reason>`, in order. */
  events = [];
  /** What the calls gave: replies of the greeter, and errors. */
  replies = [];
  errors = [];
  stopped = false;

  static async start(port, secret) {
    class App {}
    Module({
      imports: [
        NoexModule.forRoot({
          nodeName: 'observer',
          host: '127.0.0.1',
          port,
          clusterSecret: secret,
          health: false,
          metrics: false,
        }),
      ],
    })(App);
    return new Observer(await NestFactory.createApplicationContext(App, { logger: ['error'] }));
  }

  constructor(app) {
    this.app = app;
    const cluster = app.get(ClusterService);
    cluster.onNodeUp(({ incarnation }) => this.events.push(`up ${incarnation}`));
    cluster.onNodeDown((_, reason) => this.events.push(`down ${reason}`));
    this.names = app.get(GlobalRegistryService);
    this.remote = app.get(RemoteCallService);
    this.client = this.remote.client({ behavior: Greeter }, { timeoutMs: 60_000 });
    this.loop = this.#call();
  }

  /** One call after the other, ten milliseconds apart. */
  async #call() {
    while (!this.stopped) {
      try {
        this.replies.push(await this.client.greet());
      } catch (error) {
        if (!this.stopped) this.errors.push(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async close() {
    this.stopped = true;
    await this.app.close();
    await this.loop;
  }
}
