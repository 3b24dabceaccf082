import { jsonText } from './json.js';

it('is JSON that people can read, with a line break at its end', () => {
  expect(jsonText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});
