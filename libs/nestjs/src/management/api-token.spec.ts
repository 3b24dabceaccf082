import fc from 'fast-check';
import { inspect } from 'node:util';
import { ApiToken } from './api-token.js';

const TOKEN = 'correct-horse-battery';

describe('the token of the management API', () => {
  it('matches itself and nothing else, however alike or long', () => {
    const token = new ApiToken(TOKEN);
    expect(token.matches(TOKEN)).toBe(true);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.nat(TOKEN.length).map((length) => TOKEN.slice(0, length)),
        ),
        (other) => {
          expect(token.matches(other)).toBe(other === TOKEN);
        },
      ),
    );
    for (const other of ['', `${TOKEN} `, `${TOKEN}${TOKEN}`, TOKEN.toUpperCase()]) {
      expect(token.matches(other)).toBe(false);
    }
  });

  it('is shown by nothing that prints or sends what it stands in', () => {
    const options = { management: { token: new ApiToken(TOKEN) } };
    const seen = [
      JSON.stringify(options),
      inspect(options, { showHidden: true, depth: null }),
      String(options.management.token),
      structuredClone(Object.entries(options.management.token)).join(),
    ].join();
    expect(seen).not.toContain('horse');
    expect(seen).toContain('***');
  });
});
