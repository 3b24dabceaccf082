// A node in an OS process of its own, in plain JavaScript on the built libraries, whose event loop its parent can wedge.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ManagementServer, NoexModule } from '@noex/nestjs';

class AppModule {}
Module({
  imports: [NoexModule.forRoot({ nodeName: 'wedging', host: '127.0.0.1', port: 0, management: { port: 0 } })],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
await app.init();

process.on('message', (message) => {
  if (message !== 'wedge') return;
  process.send('wedged', () => {
    for (;;);
  });
});
process.on('disconnect', () => process.exit());
process.send(app.get(ManagementServer).address.port);
