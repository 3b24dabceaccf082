import { Body, Controller, Get, Injectable, Module, NotFoundException, Param, Post } from '@nestjs/common';
import { IsInt, IsString, Min } from 'class-validator';
import {
  HandleCall,
  HandleInfo,
  NoexBehavior,
  ProcessRef,
  RemoteCallService,
  RemoteSpawnService,
  type ProcessContext,
} from '@noex/nestjs';

/** The app that the examples of docs/guide/testing.md test. */

@Injectable()
export class Catalog {
  price(_sku: string): Promise<number> {
    return Promise.reject(new Error('the catalog is a database that no test reaches'));
  }
}

export class AddItem {
  @IsString() sku!: string;
  @IsInt() @Min(1) quantity!: number;
}

@NoexBehavior('cart')
export class CartBehavior {
  private sum = 0;

  constructor(private readonly catalog: Catalog) {}

  init(_: unknown, ctx: ProcessContext): void {
    ctx.sendAfter(60_000, 'expire');
  }

  @HandleCall() async add({ sku, quantity }: AddItem): Promise<number> {
    this.sum += (await this.catalog.price(sku)) * quantity;
    return this.sum;
  }

  @HandleCall() total(): number {
    return this.sum;
  }

  @HandleInfo() expire(_: unknown, ctx: ProcessContext): void {
    ctx.stop('normal');
  }
}

@Controller('carts')
export class CartController {
  constructor(
    private readonly spawner: RemoteSpawnService,
    private readonly remote: RemoteCallService,
  ) {}

  @Post() async open(): Promise<{ id: string }> {
    const cart = await this.spawner.spawn(CartBehavior);
    return { id: cart.toString() };
  }

  @Post(':id/items') async add(@Param('id') id: string, @Body() item: AddItem): Promise<{ total: number }> {
    return { total: await this.remote.call(cartOf(id), 'add', item) };
  }

  /** Whoever is registered as `mailer` on this node writes the receipt. */
  @Post(':id/checkout') async checkout(@Param('id') id: string): Promise<{ total: number }> {
    const total = await this.remote.call(cartOf(id), 'total');
    const mailer = this.spawner.whereis('mailer');
    if (mailer) this.remote.cast(mailer, 'receipt', { total });
    return { total };
  }

  @Get(':id') async total(@Param('id') id: string): Promise<{ total: number }> {
    return { total: await this.remote.call(cartOf(id), 'total') };
  }
}

function cartOf(id: string): ProcessRef<CartBehavior> {
  const ref = ProcessRef.parse<CartBehavior>(id);
  if (!ref) throw new NotFoundException(`no cart ${id}`);
  return ref;
}

@Module({ providers: [Catalog, CartBehavior], controllers: [CartController] })
export class CartModule {}
