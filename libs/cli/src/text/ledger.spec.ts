import { ledgerText } from './ledger.js';

it('says what each count counts, one a line', () => {
  expect(ledgerText({ callsCompleted: 12, ownCallsLost: 0 })).toBe(
    '  calls completed  12\n  own calls lost    0\n',
  );
});
