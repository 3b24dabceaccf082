import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { Observable, range } from 'rxjs';
import { NOEX_OPTIONS, type ContextPropagator } from '@noex/nestjs';
import type { NoexRpcContext } from '@noex/nestjs/microservices';

/** What happens on the nodes, and who waits for it. */
class Diary {
  readonly entries: string[] = [];
  private readonly waiting = new Set<() => void>();

  forget(): void {
    this.entries.length = 0;
    this.waiting.clear();
  }

  note(entry: string): void {
    this.entries.push(entry);
    for (const look of [...this.waiting]) look();
  }

  heard(entry: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.entries.filter((found) => found === entry).length < times) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
  }
}

/** Of all nodes of a test file. */
export const diary = new Diary();
/** Opens what a `slow` request waits for, by its name. */
export const gates = new Map<string, () => void>();

const gate = (name: string) => new Promise<void>((resolve) => gates.set(name, resolve));

@Controller()
export class Shop {
  constructor(@Inject(NOEX_OPTIONS) private readonly options: { readonly nodeName: string }) {}

  private get node(): string {
    return this.options.nodeName;
  }

  @MessagePattern('where') where(): string {
    return this.node;
  }

  @MessagePattern('null') null(): string {
    return 'of a strange name';
  }

  @MessagePattern('slow') async slow(@Payload() name: string): Promise<string> {
    diary.note(`slow on ${this.node}`);
    await gate(name);
    return this.node;
  }

  @MessagePattern('context') context(@Ctx() context: NoexRpcContext): unknown {
    return {
      pattern: context.getPattern(),
      from: context.getFrom().node,
      user: context.getHeaders()['user'],
      metadata: context.getMetadata(),
    };
  }

  @MessagePattern('flood') flood(@Payload() values: number): Observable<number> {
    return range(0, values);
  }

  @MessagePattern('ticks') ticks(): Observable<number> {
    return new Observable<number>((subscriber) => {
      subscriber.next(0);
      subscriber.next(1);
      diary.note(`ticks on ${this.node}`);
      return () => diary.note(`ticks stopped on ${this.node}`);
    });
  }

  @MessagePattern('silence') silence(): Observable<never> {
    diary.note(`silence on ${this.node}`);
    return new Observable<never>(() => () => diary.note(`silence stopped on ${this.node}`));
  }

  @MessagePattern('rows') async *rows(@Payload() total: number): AsyncGenerator<number> {
    try {
      for (let row = 0; row < total; row++) {
        diary.note('row made');
        await Promise.resolve();
        yield row;
      }
    } finally {
      diary.note(`rows stopped on ${this.node}`);
    }
  }

  @MessagePattern('unsendable') unsendable(): unknown {
    return { nested: { why: () => 'a function' } };
  }

  @EventPattern('sold') sold(@Payload() item: string): void {
    diary.note(`shop sold ${item}`);
  }
}

@Controller()
export class Bank {
  @EventPattern('sold') sold(@Payload() item: string): void {
    diary.note(`bank sold ${item}`);
  }
}

export const users: ContextPropagator = {
  send: ({ headers }, next) => ((headers['user'] = 'eva'), next()),
  handle: (_, next) => next(),
};
