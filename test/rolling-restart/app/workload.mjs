import { Body, Controller, HttpException, Inject, Post } from '@nestjs/common';
import { HandleCall, HandleCast, NoexBehavior, ProcessGroupsService } from '@noex/nestjs';
import { WORKERS } from './load.mjs';

export const delay = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What TypeScript makes of `constructor(private readonly a: A)` and of `@Decorator() method()`. */
export const injects = (type, ...tokens) => tokens.forEach((token, i) => Inject(token)(type, undefined, i));
const decorate = (decorator, { prototype }, method) =>
  decorator(prototype, method, Object.getOwnPropertyDescriptor(prototype, method));

/** The behavior that takes calls, some of which take their time, and writes down each before it works on it. */
export function workerWith(history) {
  class Worker {
    constructor(groups) {
      this.groups = groups;
    }
    init(_, context) {
      this.groups.join(WORKERS, context.self);
    }
    work({ id, tookMs }) {
      history.handled(id);
      return tookMs > 0 ? delay(tookMs).then(() => id) : id;
    }
    note({ id }) {
      history.noted(id);
    }
  }
  NoexBehavior('worker')(Worker);
  injects(Worker, ProcessGroupsService);
  decorate(HandleCall(), Worker, 'work');
  decorate(HandleCast(), Worker, 'note');
  return Worker;
}

/** The way in for load from outside: one request, one call by the `load` of the given service. */
export function workControllerOf(LoadService) {
  class WorkController {
    constructor(service) {
      this.load = service.load;
    }
    async work(body) {
      const error = await this.load.request(body?.tookMs ?? 0);
      if (error) throw new HttpException({ outcome: error.outcome, code: error.code }, 502);
      return { ok: true };
    }
  }
  Controller('work')(WorkController);
  injects(WorkController, LoadService);
  decorate(Post(), WorkController, 'work');
  Body()(WorkController.prototype, 'work', 0);
  return WorkController;
}
