import { InvalidMessageError } from '@noex/contracts';
import { requireTimeLimit } from './time-limit.js';

it.each([1, 0.5, 5000, Infinity])('%p is a time limit', (timeoutMs) => {
  expect(() => requireTimeLimit(timeoutMs, 'call')).not.toThrow();
});

it.each([0, -1, NaN, '100', null, undefined])('%p is none', (timeoutMs) => {
  expect(() => requireTimeLimit(timeoutMs as number, 'spawn')).toThrow(InvalidMessageError);
});
