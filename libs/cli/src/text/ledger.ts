import type { Ledger } from '../node/answers.js';
import { words } from './format.js';
import { aligned } from './table.js';

/** The counts of a drain, one a line. */
export function ledgerText(ledger: Ledger): string {
  const lines = Object.entries(ledger).map(([name, count]) => [`  ${words(name)}`, String(count)]);
  return aligned(lines, [undefined, 'right']);
}
