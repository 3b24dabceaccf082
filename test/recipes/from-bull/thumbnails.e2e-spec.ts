import { ClusterService, ProcessGroupsService, RemoteCallService, RemoteMonitorService } from '@noex/nestjs';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import request from 'supertest';
import { THUMBNAIL_QUEUES, type ThumbnailQueue } from './thumbnail.queue.js';
import { Images } from './thumbnail.worker.js';
import { ThumbnailsModule } from './thumbnails.module.js';
import { Thumbnails } from './thumbnails.service.js';

/** Work that ends when the test says so. */
class Studio {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, { resolve(): void; reject(error: Error): void }>();

  shrink(image: string, progress: (percent: number) => void): Promise<string> {
    this.begun.push(image);
    progress(50);
    return new Promise((resolve, reject) => {
      this.ends.set(image, { resolve: () => resolve(`${image}.thumbnail`), reject });
    });
  }

  finish(image: string): void {
    this.ends.get(image)!.resolve();
  }

  fail(image: string, why: string): void {
    this.ends.get(image)!.reject(new Error(why));
  }
}

describe('the jobs of the page on Bull', () => {
  let cluster: TestCluster;
  let studio: Studio;
  let thumbnails: Thumbnails;

  async function start(nodes: number, http = false): Promise<void> {
    studio = new Studio();
    cluster = await createTestCluster({
      nodes,
      http,
      imports: [ThumbnailsModule],
      options: { canary: false },
      override: (app) => app.overrideProvider(Images).useValue(studio),
    });
    thumbnails = cluster.get('n1', Thumbnails);
    await cluster.settled();
  }
  afterEach(() => cluster.close());

  /** Lets the timers due by now fire, and what they set off happen. */
  const pass = (ms = 10) => cluster.advance(ms);

  it('run, tell their progress, and have a result, seen from every node', async () => {
    await start(2);
    const id = await thumbnails.add('cat');
    await pass();
    expect(await thumbnails.find(id)).toMatchObject({ state: 'active', progress: 50, attemptsMade: 1 });
    studio.finish('cat');
    await pass();
    for (const node of ['n1', 'n2'])
      expect(await cluster.get(node, Thumbnails).find(id)).toMatchObject({
        state: 'completed',
        progress: 100,
        result: 'cat.thumbnail',
      });
  });

  it('are forgotten an hour after their end', async () => {
    await start(1);
    const id = await thumbnails.add('cat');
    await pass();
    studio.finish('cat');
    await pass();
    await pass(3_599_000);
    expect(await thumbnails.find(id)).toMatchObject({ state: 'completed' });
    await pass(1_100);
    expect(await thumbnails.find(id)).toBeUndefined();
  });

  it('are added and asked for over HTTP, at different nodes', async () => {
    await start(2, true);
    const { text: id } = await request(cluster.node('n1').server).post('/thumbnails/cat').expect(201);
    const asked = await request(cluster.node('n2').server).get(`/thumbnails/${id}`).expect(200);
    expect(asked.body).toMatchObject({ id, image: 'cat', attempts: 3 });
    await request(cluster.node('n2').server).get('/thumbnails/none').expect(404);
  });

  it('run two at a time on a node, in their order', async () => {
    await start(1);
    const ids = [];
    for (const image of ['a', 'b', 'c']) ids.push(await thumbnails.add(image));
    await pass();
    expect(studio.begun).toEqual(['a', 'b']);
    expect(await thumbnails.find(ids[2]!)).toMatchObject({ state: 'waiting' });
    studio.finish('a');
    await pass();
    expect(studio.begun).toEqual(['a', 'b', 'c']);
  });

  it('are tried again, each time after twice the wait, and fail in the end with the last reason', async () => {
    await start(1);
    const id = await thumbnails.add('dog', { attempts: 3 });
    await pass();
    studio.fail('dog', 'no bone');
    await pass();
    expect(await thumbnails.find(id)).toMatchObject({ state: 'delayed', failedReason: 'Error: no bone' });
    await pass(900);
    expect(studio.begun).toHaveLength(1);
    await pass(200);
    expect(studio.begun).toHaveLength(2);
    studio.fail('dog', 'no ball');
    await pass(1900);
    expect(studio.begun).toHaveLength(2);
    await pass(200);
    expect(studio.begun).toHaveLength(3);
    studio.fail('dog', 'no park');
    await pass(60_000);
    expect(studio.begun).toHaveLength(3);
    expect(await thumbnails.find(id)).toMatchObject({
      state: 'failed',
      attemptsMade: 3,
      failedReason: 'Error: no park',
    });
  });

  it('wait for their delay', async () => {
    await start(1);
    const id = await thumbnails.add('owl', { delayMs: 60_000 });
    await pass(59_000);
    expect(await thumbnails.find(id)).toMatchObject({ state: 'delayed' });
    await pass(1_100);
    expect(await thumbnails.find(id)).toMatchObject({ state: 'active' });
  });

  it('are taken once by a queue that gets them twice', async () => {
    await start(1);
    const { remote, queue } = queueOn('n1');
    for (let n = 0; n < 2; n++) expect(await remote.call(queue, 'add', { id: 'x', image: 'x' })).toBe('x');
    await pass();
    expect(studio.begun).toEqual(['x']);
  });

  it('are refused where what was sent is no job', async () => {
    await start(1);
    await expect(thumbnails.add('bat', { attempts: 0 })).rejects.toMatchObject({ code: 'invalid_message' });
    await expect(thumbnails.add(7 as never)).rejects.toMatchObject({ code: 'invalid_message' });
  });

  it('move to another node when theirs leaves, begun or not', async () => {
    await start(2);
    const { remote, queue } = queueOn('n2');
    await remote.call(queue, 'add', { id: 'x', image: 'x', attempts: 2 });
    await remote.call(queue, 'add', { id: 'y', image: 'y', delayMs: 60_000 });
    await pass();
    expect(studio.begun).toEqual(['x']);
    await cluster.leave('n2');
    await pass();
    expect(studio.begun).toEqual(['x', 'x']);
    expect(await thumbnails.find('x')).toMatchObject({ state: 'active', attempts: 1 });
    expect(await thumbnails.find('y')).toMatchObject({ state: 'delayed' });
    await pass(60_000);
    expect(studio.begun).toEqual(['x', 'x', 'y']);
  });

  it('move past a node that leaves as well', async () => {
    await start(3);
    const { remote, queue } = queueOn('n3');
    for (const id of ['x', 'y']) await remote.call(queue, 'add', { id, image: id, delayMs: 60_000 });
    await cluster.get('n2', ClusterService).leave({ budgetMs: 1000 });
    await cluster.leave('n3');
    expect(await thumbnails.find('x')).toMatchObject({ state: 'delayed' });
    expect(await thumbnails.find('y')).toMatchObject({ state: 'delayed' });
  });

  it('are lost when their node crashes, as the page says', async () => {
    await start(2);
    const { remote, queue } = queueOn('n2');
    await remote.call(queue, 'add', { id: 'x', image: 'x' });
    expect(await thumbnails.find('x')).toBeDefined();
    await cluster.kill('n2');
    expect(await thumbnails.find('x')).toBeUndefined();
    expect(cluster.get('n1', ClusterService).getConnectedNodeCount()).toBe(0);
    expect(await thumbnails.add('y')).toBeDefined();
  });

  it('are lost when their queue crashes, which begins anew without them', async () => {
    await start(1);
    const { remote, queue } = queueOn('n1');
    await remote.call(queue, 'add', { id: 'x', image: 'x', delayMs: 60_000 });
    const gone = new Promise((down) => cluster.get('n1', RemoteMonitorService).monitor(queue, down));
    remote.cast(queue, 'progress', { id: 'unknown', percent: 1 });
    await gone;
    await cluster.settled();
    expect(await thumbnails.find('x')).toBeUndefined();
    expect(await thumbnails.add('y')).toBeDefined();
  });

  function queueOn(node: string) {
    const queues = cluster.get('n1', ProcessGroupsService).members<ThumbnailQueue>(THUMBNAIL_QUEUES);
    return { remote: cluster.get('n1', RemoteCallService), queue: queues.find((q) => q.node === node)! };
  }
});
