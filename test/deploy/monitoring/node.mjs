// The worker as it is built, which on the message `trouble` from its parent begins to do what nodes do when something is wrong: once a second it
// sends to a process that has ended, and asks for one that does not start.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HandleCall, HandleCast, NoexBehavior, RemoteCallService, RemoteSpawnService } from '@noex/nestjs';
import { Logger } from 'nestjs-pino';
import { AppModule } from '../../../apps/worker/dist/app.module.js';

/** More than enough that some of them are measured: one call in 64 of those that stay on a node is. */
const LOCAL_CALLS = 100;

const decorate = (decorator, { prototype }, method) =>
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));

class Neighbor {
  greet() {
    return 'hello';
  }
  note() {}
}
NoexBehavior('neighbor')(Neighbor);
decorate(HandleCall(), Neighbor, 'greet');
decorate(HandleCast(), Neighbor, 'note');

class NeverStarts {
  init() {
    throw new Error('this one never starts');
  }
}
NoexBehavior('never-starts')(NeverStarts);

class NodeUnderTest {}
Module({ imports: [AppModule], providers: [Neighbor, NeverStarts] })(NodeUnderTest);

async function trouble(app) {
  const spawner = app.get(RemoteSpawnService);
  const remote = app.get(RemoteCallService);
  const neighbor = await spawner.spawn(Neighbor, { on: 'local' });
  for (let i = 0; i < LOCAL_CALLS; i++) await remote.call(neighbor, 'greet');
  spawner.stop(neighbor);
  await remote.call(neighbor, 'greet').catch(() => undefined);
  remote.cast(neighbor, 'note');
  await spawner.spawn(NeverStarts, { on: 'local' }).catch(() => undefined);
}

const app = await NestFactory.create(NodeUnderTest, {
  bufferLogs: true,
  abortOnError: false,
  bodyParser: false,
});
app.useLogger(app.get(Logger));
app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
process.on('message', () => {
  setInterval(() => void trouble(app).catch(() => undefined), 1_000).unref();
});
// A parent that died takes its nodes along.
process.on('disconnect', () => process.exit(1));
await app.listen(Number(process.env.HTTP_PORT));
