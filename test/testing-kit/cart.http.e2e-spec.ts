import request from 'supertest';
import { createProbe } from '@noex/testing';
import { createTestCluster, type TestCluster } from '@noex/testing/nest';
import { CartBehavior, CartModule, Catalog } from './cart.js';

describe('the carts over HTTP', () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await createTestCluster({
      nodes: ['web', 'worker'],
      imports: [CartModule],
      http: true,
      override: (app) => app.overrideProvider(Catalog).useValue({ price: () => Promise.resolve(5) }),
    });
  });
  afterEach(() => cluster.close());

  const web = () => request(cluster.node('web').server);

  it('are opened, filled and read on any node', async () => {
    const { body } = await web().post('/carts').expect(201);
    await web().post(`/carts/${body.id}/items`).send({ sku: 'A1', quantity: 3 }).expect(201, { total: 15 });
    await request(cluster.node('worker').server).get(`/carts/${body.id}`).expect(200, { total: 15 });
  });

  it('answer 400 for what is no item', async () => {
    const { body } = await web().post('/carts').expect(201);
    await web().post(`/carts/${body.id}/items`).send({ sku: 'A1', quantity: 0 }).expect(400);
  });

  it('have the mailer write a receipt at the checkout', async () => {
    const mailer = await createProbe(cluster.node('web'), 'mailer');
    const { body } = await web().post('/carts').expect(201);
    await web().post(`/carts/${body.id}/checkout`).expect(201, { total: 0 });
    expect(await mailer.receive('receipt')).toMatchObject({ kind: 'cast', payload: { total: 0 } });
  });
});

describe('the carts over HTTP, with a fake for the cart', () => {
  it('tell what the cart says', async () => {
    const cluster = await createTestCluster({
      nodes: 1,
      imports: [CartModule],
      http: true,
      override: (app) => app.overrideBehavior(CartBehavior).useValue({ total: () => 42 }),
    });
    const web = request(cluster.node('n1').server);
    const { body } = await web.post('/carts').expect(201);
    await web.get(`/carts/${body.id}`).expect(200, { total: 42 });
    await cluster.close();
  });
});
