import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HandleCall, HandleCast, NoexBehavior } from '@noex/nestjs';
import { IsInt, IsString } from 'class-validator';
import type { Observable } from 'rxjs';

/** The small object with rules. */
export class Item {
  @IsInt() id!: number;
  @IsString() sku!: string;
  @IsInt() quantity!: number;
}

@Injectable()
export class PassingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle();
  }
}

@NoexBehavior('echo')
export class EchoBehavior {
  private count = 0;

  @HandleCall() echo(payload: object): object {
    return payload;
  }
  @HandleCast() note(_payload: object): void {
    this.count++;
  }
  @HandleCall() noted(): number {
    return this.count;
  }
}

/** `EchoBehavior` for processes whose code never awaits. */
@NoexBehavior('echo', { followed: false })
export class UnfollowedEchoBehavior extends EchoBehavior {}

/** As `EchoBehavior`, with what each of its handlers has besides. */
@NoexBehavior('echo')
export class BoundEchoBehavior extends EchoBehavior {
  @HandleCall() checked(payload: Item): Item {
    return payload;
  }
  @HandleCall() @UseInterceptors(PassingInterceptor) intercepted(payload: object): object {
    return payload;
  }
}

@Injectable()
export class VisitorBook {
  visits = 0;
}

/** A class with one dependency, for processes that come and go. */
@NoexBehavior('visitor')
export class VisitorBehavior {
  constructor(private readonly book: VisitorBook) {}

  init(): void {
    this.book.visits++;
  }
  @HandleCall() visits(): number {
    return this.book.visits;
  }
}

/** Nothing of it is called: it is there with an interceptor bound. */
@NoexBehavior('elsewhere')
@UseInterceptors(PassingInterceptor)
export class ElsewhereBehavior {
  @HandleCall() echo(payload: object): object {
    return payload;
  }
}
