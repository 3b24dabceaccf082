import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** A Nest app in an OS process of its own, since Jest keeps unhandled rejections to itself. Plain JavaScript on the built library. */
const APP = `
  import 'reflect-metadata';
  import { NestFactory } from '@nestjs/core';
  import { HandleCall, NoexBehavior, NoexModule, RemoteCallService, RemoteSpawnService } from '@noex/nestjs';
  import { Module } from '@nestjs/common';

  const failLater = async () => { await null; throw new Error('left alone'); };

  // No async method: its handler leaves a promise alone that somebody else made.
  class Careless {
    leave() { void failLater(); return 'left'; }
    still() { return 'here'; }
  }
  NoexBehavior('careless')(Careless);
  for (const name of ['leave', 'still']) {
    HandleCall()(Careless.prototype, name, Object.getOwnPropertyDescriptor(Careless.prototype, name));
  }

  class App {}
  Module({
    imports: [NoexModule.forRoot({ port: 0, health: false, metrics: false })],
    providers: [Careless],
  })(App);

  const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
  const careless = await app.get(RemoteSpawnService).spawn(Careless);
  const remote = app.get(RemoteCallService);
  await remote.call(careless, 'leave');
  await new Promise((resolve) => setImmediate(resolve));
  console.log('then', await remote.call(careless, 'still'));
  await app.close();
`;

it('a promise that a handler left alone and that is rejected is logged with its process; the app lives on', async () => {
  const { code, out } = await new Promise<{ code: unknown; out: string }>((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', APP],
      { cwd: join(__dirname, '..'), env: { PATH: process.env.PATH, NO_COLOR: '1' } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, out: stdout + stderr }),
    );
  });
  expect(out).toContain('then here');
  expect(code).toBe(0);
  expect(out).toMatch(/a promise that process \S+ \("careless"\) left alone was rejected/);
});
