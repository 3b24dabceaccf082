import { Inject, Injectable, Optional } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getNoexToken } from './node-token.js';
import { scopedProviders } from './scoped-providers.js';

const NAME = Symbol('NAME');
const MISSING = Symbol('MISSING');

class Outside {}

@Injectable()
class Engine {
  constructor(
    @Inject(NAME) readonly name: string,
    readonly outside: Outside,
    @Optional() @Inject(MISSING) readonly missing?: unknown,
  ) {}
}

class ElectricEngine extends Engine {}

@Injectable()
class Car {
  constructor(
    readonly engine: Engine,
    @Inject('alias') readonly same: Engine,
  ) {}
}

const parts = (name: string) => [
  Car,
  Engine,
  { provide: NAME, useValue: name },
  { provide: 'alias', useExisting: Engine },
  { provide: 'spare', useClass: ElectricEngine },
  {
    provide: 'made',
    inject: [Car, { token: MISSING, optional: true }],
    useFactory: (...args: unknown[]) => args,
  },
];

async function app() {
  return Test.createTestingModule({
    providers: [
      Outside,
      ...scopedProviders(parts('default'), undefined),
      ...scopedProviders(parts('eu'), 'eu'),
      ...scopedProviders(parts('us'), 'us'),
    ],
  }).compile();
}

describe('the providers of several nodes in one app', () => {
  it.each([undefined, 'eu', 'us'])(
    'are injected into each other and never into those of another: %s',
    async (node) => {
      const module = await app();
      const get = <T>(token: unknown) => module.get<T>(getNoexToken(token as string, node));
      const car = get<Car>(Car);
      expect([car.constructor, car.engine.constructor]).toEqual([Car, Engine]);
      expect([car.engine.name, get<Engine>('spare').name]).toEqual(Array(2).fill(node ?? 'default'));
      expect(get<Engine>('spare')).toBeInstanceOf(ElectricEngine);
      expect([car.engine, car.same]).toEqual(Array(2).fill(get(Engine)));
      expect(car.engine.missing).toBeUndefined();
      expect(get<unknown[]>('made')).toEqual([car, undefined]);
      expect(car.engine.outside).toBe(module.get(Outside));
    },
  );

  it('are made with what is theirs and provided elsewhere', async () => {
    const module = await Test.createTestingModule({
      providers: [
        { provide: NAME, useValue: 'wrong' },
        { provide: getNoexToken(NAME, 'eu'), useValue: 'right' },
        Outside,
        ...scopedProviders([Engine], 'eu', [NAME]),
      ],
    }).compile();
    expect(module.get<Engine>(getNoexToken(Engine, 'eu') as string).name).toBe('right');
  });
});
