import { silentLogger } from '@noex/contracts';
import { Listeners } from './listeners.js';

it('calls each listener, until it is taken off', () => {
  const listeners = new Listeners<[number]>('numbers', silentLogger);
  const heard: string[] = [];
  const offA = listeners.add((n) => heard.push(`a${n}`));
  listeners.add((n) => heard.push(`b${n}`));
  listeners.emit(1);
  offA();
  offA();
  listeners.emit(2);
  expect(heard).toEqual(['a1', 'b1', 'b2']);
});

it('logs one that throws and goes on', () => {
  const errors: unknown[] = [];
  const logger = { ...silentLogger, error: (line: string, fields?: object) => errors.push([line, fields]) };
  const listeners = new Listeners<[]>('ticks', logger);
  const failure = new Error('mine');
  const heard: string[] = [];
  listeners.add(() => {
    throw failure;
  });
  listeners.add(() => heard.push('next'));
  listeners.emit();
  expect(heard).toEqual(['next']);
  expect(errors).toEqual([
    ['a listener of ticks threw', { event: 'listener_failed', listener: 'ticks', error: failure }],
  ]);
});

it('may be changed by a listener: those of the moment are called', () => {
  const listeners = new Listeners<[]>('ticks', silentLogger);
  const heard: string[] = [];
  const off = listeners.add(() => {
    heard.push('first');
    off();
    listeners.add(() => heard.push('late'));
  });
  listeners.emit();
  listeners.emit();
  expect(heard).toEqual(['first', 'late']);
});
