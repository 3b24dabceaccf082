import { catchError, concatMap, isObservable, Observable, of } from 'rxjs';

/**
 * What one handler gave, as the values of its response. An async iterable's are taken one by one, each when there is `room`; what it
 * throws goes through `told`, which fails with what a client is to be told.
 */
export function responseValues(
  result: unknown,
  room: () => Promise<void>,
  told: (error: unknown) => Observable<never>,
): Observable<unknown> {
  if (isAsyncIterable(result)) return pulled(result, room, told);
  if (!isObservable(result)) return of(result);
  // Where interceptors are bound, Nest gives the handler's result inside an Observable.
  return result.pipe(concatMap((value) => (isAsyncIterable(value) ? pulled(value, room, told) : of(value))));
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function pulled(
  iterable: AsyncIterable<unknown>,
  room: () => Promise<void>,
  told: (error: unknown) => Observable<never>,
): Observable<unknown> {
  const values = new Observable<unknown>((subscriber) => {
    const iterator = iterable[Symbol.asyncIterator]();
    const pull = async (): Promise<void> => {
      for (;;) {
        await room();
        if (subscriber.closed) return;
        const { done, value } = await iterator.next();
        if (done) return subscriber.complete();
        subscriber.next(value);
      }
    };
    pull().catch((error: unknown) => subscriber.error(error));
    // Runs the generator's `finally` blocks; after its end this does nothing. What they throw has nobody to go to.
    return () => void iterator.return?.().then(undefined, () => {});
  });
  return values.pipe(catchError(told));
}
