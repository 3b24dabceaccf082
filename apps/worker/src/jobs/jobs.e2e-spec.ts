import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { ClusterService, NoexBehavior, NoexModule, ProcessRef, RemoteSpawnService } from '@noex/nestjs';
import { MemoryNetwork } from '@noex/transport-memory';
import { ChunkAnalyzerBehavior } from './chunk-analyzer.behavior.js';
import { JobBehavior } from './job.behavior.js';
import type { JobProgress, JobResult } from './job-messages.js';
import { JobsModule } from './jobs.module.js';

@NoexBehavior('idle')
class IdleBehavior {}

describe('the jobs API of two nodes', () => {
  let one: INestApplication;
  let two: INestApplication;

  async function startNode(network: MemoryNetwork, nodeName: string): Promise<INestApplication> {
    const testing = await Test.createTestingModule({
      imports: [
        NoexModule.forRoot({
          nodeName,
          strictMessages: true,
          transport: () => network.transport(),
          metrics: false,
        }),
        JobsModule,
      ],
      providers: [IdleBehavior],
    }).compile();
    const app = testing.createNestApplication({ bodyParser: false });
    app.useLogger(false);
    await app.listen(0);
    return app;
  }

  beforeAll(async () => {
    const network = new MemoryNetwork();
    one = await startNode(network, 'one');
    two = await startNode(network, 'two');
    const cluster = one.get(ClusterService);
    if (cluster.getConnectedNodeCount() === 0) await new Promise<void>((up) => cluster.onNodeUp(() => up()));
  });

  afterEach(() => jest.restoreAllMocks());

  afterAll(async () => {
    await one.close();
    await two.close();
  });

  const post = (text: string | Buffer, type = 'text/plain') =>
    request(one.getHttpServer()).post('/jobs').set('content-type', type).send(text);

  /** Polls the job on the other node: any node can answer for it. */
  async function finished(id: string): Promise<JobProgress> {
    for (;;) {
      const { body } = await request(two.getHttpServer()).get(`/jobs/${id}`).expect(200);
      const progress = body as JobProgress;
      if (progress.status === 'done' || progress.status === 'failed') return progress;
    }
  }

  async function analyze(text: string | Buffer): Promise<JobResult> {
    const { body } = await post(text).expect(202);
    await finished((body as { id: string }).id);
    const result = await request(two.getHttpServer())
      .get(`/jobs/${(body as { id: string }).id}/result`)
      .expect(200);
    return result.body as JobResult;
  }

  it('counts a text', async () => {
    await expect(analyze('one two\nTwo three three\n')).resolves.toMatchObject({
      lines: 2,
      bytes: 24,
      words: 5,
      distinctTerms: 3,
      topTerms: [
        { term: 'three', count: 2 },
        { term: 'two', count: 2 },
        { term: 'one', count: 1 },
      ],
    });
  });

  it.each([
    ['CRLF line ends', 'a b\r\nc\r\n', { lines: 2, bytes: 8, words: 3, distinctTerms: 3 }],
    ['no final newline', 'a\nb', { lines: 1, bytes: 3, words: 2, distinctTerms: 2 }],
    ['only white space', ' \n\t\n', { lines: 2, bytes: 4, words: 0, distinctTerms: 0 }],
    [
      'invalid UTF-8, which is part of words and ends terms',
      Buffer.from([0x61, 0xff, 0x62, 0x20, 0xc3]),
      { lines: 0, bytes: 5, words: 2, distinctTerms: 2 },
    ],
    [
      'one line longer than a chunk',
      'ab cd '.repeat(400_000),
      { lines: 0, bytes: 2_400_000, words: 800_000, distinctTerms: 2 },
    ],
    [
      'one word longer than a chunk',
      `${'x1'.repeat(700_000)}\n`,
      { lines: 1, bytes: 1_400_001, words: 1, distinctTerms: 1 },
    ],
  ])('has a defined result for %s', async (_what, text, expected) => {
    await expect(analyze(text)).resolves.toMatchObject(expected);
  });

  it('says which node did how much', async () => {
    const text = 'some words in a line\n'.repeat(300_000);
    const { nodes } = await analyze(text);
    expect(nodes.reduce((sum, node) => sum + node.bytes, 0)).toBe(text.length);
    expect(nodes.every(({ node }) => node === 'one' || node === 'two')).toBe(true);
  });

  it('refuses an empty body', async () => {
    const { body } = await post('').expect(400);
    expect(body).toMatchObject({ message: expect.stringContaining('empty') as string });
  });

  it.each(['application/json', 'application/x-www-form-urlencoded', 'image/png'])(
    'refuses content type %s and says what to send',
    async (type) => {
      const { body } = await post('{}', type).expect(415);
      expect(body).toMatchObject({ message: expect.stringContaining('text/plain') as string });
    },
  );

  it.each([
    ['a text that is no id', 'nonsense'],
    ['a job that never was', new ProcessRef('one', 1, 999_999).toString()],
    ['a job of a node that is not there', new ProcessRef('gone', 1, 1).toString()],
  ])('answers 404 for %s', async (_what, id) => {
    await request(one.getHttpServer()).get(`/jobs/${id}`).expect(404);
    await request(one.getHttpServer()).get(`/jobs/${id}/result`).expect(404);
  });

  it('answers 404 for the id of a process that is no job', async () => {
    const idle = await one.get(RemoteSpawnService).spawn(IdleBehavior, { on: 'two' });
    await request(one.getHttpServer()).get(`/jobs/${idle.toString()}`).expect(404);
  });

  it('drops a job whose body is cut off half-way: nobody knows its id', async () => {
    const spawner = one.get(RemoteSpawnService);
    const started = new Promise<void>((resolve) => {
      jest.spyOn(JobBehavior.prototype, 'add').mockImplementationOnce(() => resolve());
    });
    const before = spawner.getStats().processes;
    const { port } = one.getHttpServer().address() as AddressInfo;
    const upload = httpRequest({
      port,
      path: '/jobs',
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
    });
    upload.on('error', () => undefined);
    upload.write('half of a text\n'.repeat(100_000));
    await started;
    upload.destroy();
    while (spawner.getStats().processes > before) await new Promise((resolve) => setImmediate(resolve));
  });

  it('counts a chunk again, and only once, when its analyzer dies', async () => {
    jest.spyOn(ChunkAnalyzerBehavior.prototype, 'analyze').mockImplementationOnce(() => {
      throw new Error('boom');
    });
    const { body } = await post('a b c\n').expect(202);
    const { id } = body as { id: string };
    await expect(finished(id)).resolves.toMatchObject({
      status: 'done',
      chunks: { total: 1, done: 1, rerun: 1 },
    });
    const result = await request(one.getHttpServer()).get(`/jobs/${id}/result`).expect(200);
    expect(result.body).toMatchObject({ lines: 1, words: 3 });
  });

  it('fails a job whose chunk brings down every analyzer, and says so', async () => {
    jest.spyOn(ChunkAnalyzerBehavior.prototype, 'analyze').mockImplementation(() => {
      throw new Error('boom');
    });
    const { body } = await post('a b c\n').expect(202);
    const { id } = body as { id: string };
    await expect(finished(id)).resolves.toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/chunk 0 failed 5 times.*boom/) as string,
    });
    await request(two.getHttpServer()).get(`/jobs/${id}/result`).expect(409);
  });
});
