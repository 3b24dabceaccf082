import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { Server } from 'node:http';

export type HttpApp = INestApplication<Server>;

/** Starts apps; those that a test started are closed after it. */
export function httpApps() {
  const apps: HttpApp[] = [];

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  return async (metadata: ModuleMetadata, prepare: (app: HttpApp) => void = () => {}): Promise<HttpApp> => {
    const testing = await Test.createTestingModule(metadata).compile();
    const app = testing.createNestApplication<HttpApp>({ logger: false });
    prepare(app);
    apps.push(app);
    return app.init();
  };
}

export const get = (app: HttpApp, path: string) => request(app.getHttpServer()).get(path);
