/** Longest delay a Node timer takes. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** What the rules of numbers and flags say is expected. */
export const PORT = { message: 'a whole number from 0 to 65535 (0 = any free port)' };
export const INTERVAL = { message: `a whole number of milliseconds from 10 to ${MAX_TIMER_MS}` };
export const DURATION = { message: `a whole number of milliseconds from 0 to ${MAX_TIMER_MS}` };
export const TIMEOUT = { message: `a whole number of milliseconds from 1 to ${MAX_TIMER_MS}` };
export const COUNT = { message: 'a whole number of at least 1' };
export const FLAG = { message: 'true or false' };
