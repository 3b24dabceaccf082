import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ask, startupUrl } from './ask.js';

describe('the health check of the image', () => {
  it.each([
    [{}, 'http://127.0.0.1:8080/startupz'],
    [{ HTTP_PORT: '80' }, 'http://127.0.0.1/startupz'],
    [{ HEALTH_PORT: '8081' }, 'http://127.0.0.1:8081/startupz'],
    [{ HTTP_PORT: '3000', MANAGEMENT_PORT: '9090' }, 'http://127.0.0.1:9090/startupz'],
    [{ MANAGEMENT_PORT: '9090', MANAGEMENT_HOST: '0.0.0.0' }, 'http://127.0.0.1:9090/startupz'],
    [{ MANAGEMENT_PORT: '9090', MANAGEMENT_HOST: '10.1.2.3' }, 'http://10.1.2.3:9090/startupz'],
    [{ MANAGEMENT_PORT: '9090', MANAGEMENT_HOST: 'fd00::1' }, 'http://[fd00::1]:9090/startupz'],
    [{ MANAGEMENT_HOST: '10.1.2.3' }, 'http://127.0.0.1:8080/startupz'],
  ])('with %j asks %s', (env, url) => {
    expect(startupUrl(env).href).toBe(url);
  });

  it('says which variable holds no port', () => {
    expect(() => startupUrl({ HTTP_PORT: 'http' })).toThrow('HTTP_PORT is "http"');
  });

  describe('of a node', () => {
    let server: Server;

    const serve = async (listener: RequestListener) => {
      server = createServer(listener).listen(0, '127.0.0.1');
      await once(server, 'listening');
      return startupUrl({ HTTP_PORT: String((server.address() as AddressInfo).port) });
    };

    afterEach(() => {
      server.closeAllConnections();
      server.close();
    });

    it('is healthy where it has started, and asks nothing but that', async () => {
      const asked: unknown[] = [];
      const url = await serve(({ url: path }, response) => {
        asked.push(path);
        response.end('{"status":"ok"}');
      });
      expect(await ask(url, 5000)).toEqual({ isHealthy: true, text: '{"status":"ok"}' });
      expect(asked).toEqual(['/startupz']);
    });

    it('is unhealthy where it has not, with its reasons', async () => {
      const url = await serve((_, response) => response.writeHead(503).end('joins'));
      expect(await ask(url, 5000)).toEqual({ isHealthy: false, text: 'joins' });
    });

    it('is unhealthy where nobody listens', async () => {
      const url = await serve(() => undefined);
      server.close();
      expect(await ask(url, 5000)).toEqual({
        isHealthy: false,
        text: expect.stringContaining('ECONNREFUSED'),
      });
    });

    it('is unhealthy where it does not answer in time', async () => {
      const url = await serve(() => undefined);
      expect(await ask(url, 20)).toEqual({ isHealthy: false, text: `${url.href}: no answer within 20 ms` });
    });

    it('is unhealthy where it stops in the middle of its answer', async () => {
      const url = await serve((_, response) => response.writeHead(200).write('{', () => response.destroy()));
      expect(await ask(url, 5000)).toMatchObject({ isHealthy: false });
    });
  });
});
