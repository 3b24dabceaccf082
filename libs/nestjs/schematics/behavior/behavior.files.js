export function behaviorFile({ file, className }) {
  return `import { HandleCall, HandleCast, NoexBehavior } from '@noex/nestjs';

/** Each process is an instance of its own and handles one message at a time, so its fields need no locks. */
@NoexBehavior('${file}')
export class ${className} {
  private readonly items: string[] = [];

  /** The caller waits for what this returns: how many items there are now. */
  @HandleCall()
  add(item: string): number {
    return this.items.push(item);
  }

  /** Nobody waits for this. */
  @HandleCast()
  clear(): void {
    this.items.length = 0;
  }
}
`;
}

/** @param ending what imports of this application's own files end with */
export function specFile({ file, className }, ending) {
  return `import type { TestingModule } from '@nestjs/testing';
import { RemoteCallService, RemoteSpawnService } from '@noex/nestjs';
import { NoexTestingModule } from '@noex/testing/nest';
import { ${className} } from './${file}.behavior${ending}';

describe('${className}', () => {
  let module: TestingModule;
  let spawner: RemoteSpawnService;
  let remote: RemoteCallService;

  beforeEach(async () => {
    module = await NoexTestingModule.create({
      providers: [${className}],
    }).compile();
    await module.init();
    spawner = module.get(RemoteSpawnService);
    remote = module.get(RemoteCallService);
  });
  afterEach(() => module.close());

  it('counts what is added', async () => {
    const one = await spawner.spawn(${className});
    expect(await remote.call(one, 'add', 'one')).toBe(1);
    expect(await remote.call(one, 'add', 'two')).toBe(2);
  });

  it('is empty after a clear', async () => {
    const one = await spawner.spawn(${className});
    await remote.call(one, 'add', 'one');
    expect(remote.cast(one, 'clear')).toBe(true);
    expect(await remote.call(one, 'add', 'two')).toBe(1);
  });

  it('shares nothing with another process', async () => {
    const one = await spawner.spawn(${className});
    const other = await spawner.spawn(${className});
    await remote.call(one, 'add', 'one');
    expect(await remote.call(other, 'add', 'one')).toBe(1);
  });
});
`;
}
