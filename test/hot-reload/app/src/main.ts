import 'reflect-metadata';
import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HandleCall, NoexBehavior, NoexModule, RemoteSpawnService } from '@noex/nestjs';
import { VERSION } from './version.js';

@NoexBehavior('greeter')
class Greeter {
  @HandleCall() async greet(): Promise<{ version: number; pid: number }> {
    await new Promise(setImmediate);
    return { version: VERSION, pid: process.pid };
  }
}

@Injectable()
class Start implements OnApplicationBootstrap {
  constructor(private readonly spawner: RemoteSpawnService) {}

  onApplicationBootstrap(): void {
    void this.spawner.spawn(Greeter, { globalName: 'greeter', on: 'local' });
  }
}

@Module({
  imports: [NoexModule.forRoot({ health: false, metrics: false })],
  providers: [Greeter, Start],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule);
if (process.env['SHUTDOWN_HOOKS'] === 'true') app.enableShutdownHooks();
