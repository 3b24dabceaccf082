import { Controller, Get, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Logger as PinoNestLogger, LoggerModule, type Params } from 'nestjs-pino';
import { hostname } from 'node:os';
import pino, { type LoggerOptions } from 'pino';
import request from 'supertest';
import type { Server } from 'node:http';
import { NOEX_OPTIONS } from '../tokens.js';
import { noexPinoParams } from './noex-pino.js';

class Lines {
  readonly all: Record<string, unknown>[] = [];

  write(text: string): void {
    this.all.push(JSON.parse(text));
  }
}

/** The first line of a logger made with these parameters. */
function firstLine(params: (stream: Lines) => Params): Record<string, unknown> {
  const lines = new Lines();
  const { pinoHttp } = noexPinoParams({ nodeName: 'n1' }, params(lines));
  if (!Array.isArray(pinoHttp)) throw new Error('no stream to read from');
  pino(pinoHttp[0] as LoggerOptions, pinoHttp[1])
    .child({ context: 'x' })
    .info({ a: 1 }, 'hello');
  return lines.all[0]!;
}

describe('noexPinoParams', () => {
  it('adds nodeId beside what pino puts on every line', () => {
    expect(firstLine((stream) => ({ pinoHttp: stream }))).toMatchObject({
      nodeId: 'n1',
      pid: process.pid,
      hostname: hostname(),
      context: 'x',
      a: 1,
      msg: 'hello',
    });
  });

  it('keeps a base of one’s own', () => {
    const line = firstLine((stream) => ({ pinoHttp: [{ base: { service: 'carts' } }, stream] }));
    expect(line).toMatchObject({ nodeId: 'n1', service: 'carts' });
    expect(line).not.toHaveProperty('pid');
  });

  it('adds it where one wants no base', () => {
    const line = firstLine((stream) => ({ pinoHttp: [{ base: null }, stream] }));
    expect(line).toMatchObject({ nodeId: 'n1' });
    expect(line).not.toHaveProperty('pid');
  });

  it('adds it behind a formatter that picks bindings', () => {
    const line = firstLine((stream) => ({
      pinoHttp: [
        { formatters: { bindings: ({ pid }) => ({ pid }), level: (label) => ({ level: label }) } },
        stream,
      ],
    }));
    expect(line).toMatchObject({ nodeId: 'n1', pid: process.pid, level: 'info' });
  });

  it('adds it to a logger that exists already', () => {
    const lines = new Lines();
    const { pinoHttp } = noexPinoParams({ nodeName: 'n1' }, { pinoHttp: { logger: pino({}, lines) } });
    (pinoHttp as { logger: pino.Logger }).logger.info('hello');
    expect(lines.all[0]).toMatchObject({ nodeId: 'n1', msg: 'hello' });
  });

  it('leaves the other parameters alone, and those of the caller unchanged', () => {
    const params: Params = { renameContext: 'scope', pinoHttp: { level: 'warn' } };
    expect(noexPinoParams({ nodeName: 'n1' }, params)).toMatchObject({
      renameContext: 'scope',
      pinoHttp: { level: 'warn' },
    });
    expect(params).toEqual({ renameContext: 'scope', pinoHttp: { level: 'warn' } });
  });

  it('puts nodeId on lines of the app and of its requests', async () => {
    const lines = new Lines();

    @Controller()
    class HelloController {
      @Get('hello')
      hello() {
        return 'hello';
      }
    }
    const testing = await Test.createTestingModule({
      imports: [
        LoggerModule.forRootAsync({
          providers: [{ provide: NOEX_OPTIONS, useValue: { nodeName: 'n7' } }],
          inject: [NOEX_OPTIONS],
          useFactory: (options: { nodeName: string }) => noexPinoParams(options, { pinoHttp: lines }),
        }),
      ],
      controllers: [HelloController],
    }).compile();
    const app = testing.createNestApplication<INestApplication<Server>>();
    app.useLogger(app.get(PinoNestLogger));
    await app.init();
    await request(app.getHttpServer()).get('/hello').expect(200);
    await app.close();
    expect(lines.all.map(({ msg }) => msg)).toContain('request completed');
    expect(lines.all.length).toBeGreaterThan(2);
    expect(lines.all.filter(({ nodeId }) => nodeId !== 'n7')).toEqual([]);
  });
});
