import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppModule } from './app.module.js';
import { readHttpPort } from './http-port.js';

/** START HERE. One node of the sample cluster; the environment configures it (see README.md). */
async function main(): Promise<void> {
  const port = readHttpPort(process.env);
  const app = await NestFactory.create(AppModule, {
    bufferLogs: true,
    abortOnError: false,
    // Bodies are streamed to the job, never gathered in memory.
    bodyParser: false,
  });
  const logger = app.get(Logger);
  app.useLogger(logger);
  // Without useProcessExit Nest would end with the signal itself (exit code 143) after a graceful stop.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  const server = (await app.listen(port)) as Server;
  const { port: httpPort } = server.address() as AddressInfo;
  logger.log({ event: 'http_listening', port: httpPort, msg: `HTTP listens on port ${httpPort}` });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
