import { inspect } from 'node:util';
import { machine, OLDER, refused, resolve, SECRET, violationsOf } from './resolve-options.spec-support.js';

describe('resolveNoexOptions', () => {
  describe('secrets', () => {
    it.each([
      ['one line', `${SECRET}\n`, [SECRET]],
      ['two lines, CRLF and a blank one', `${SECRET}\r\n\r\n ${OLDER} \r\n`, [SECRET, OLDER]],
      ['commas', `${SECRET},${OLDER}`, [SECRET, OLDER]],
    ])('come from a file: %s', (_case, content, expected) => {
      const readFile = jest.fn(() => content);
      const options = resolve({}, { CLUSTER_SECRET_FILE: '/run/secret' }, machine({ readFile }));
      expect(options.secrets.reveal()).toEqual(expected);
      expect(options.host).toBe('0.0.0.0');
      expect(readFile).toHaveBeenCalledWith('/run/secret');
    });

    it.each([
      ['an empty variable', {}, { CLUSTER_SECRET: '' }],
      ['a blank variable', {}, { CLUSTER_SECRET: '  ' }],
      ['a stray comma', {}, { CLUSTER_SECRET: `${SECRET},` }],
      ['an empty string in code', { clusterSecret: '' }, {}],
      ['an empty list in code', { clusterSecret: [] }, {}],
      ['a list with an empty one', { clusterSecret: [SECRET, ''] }, {}],
      ['a number', { clusterSecret: 12345678901234567890 }, {}],
      ['null', { clusterSecret: null }, {}],
      ['a comma inside one', { clusterSecret: [`${SECRET},${OLDER}`] }, {}],
      ['a short one beyond loopback', { clusterSecret: 'short' }, {}],
      ['a short second one', { clusterSecret: [SECRET, 'short'] }, {}],
    ])('refuses %s, and nothing else', (_case, code, env) => {
      const error = refused(code, env);
      expect(violationsOf(error)).toMatchObject([{ field: 'clusterSecret', value: '***' }]);
      expect(error.message).not.toMatch(/horse|short,|"short"|1234/);
    });

    it('counts bytes, and lets a short one pass on loopback', () => {
      expect(resolve({ clusterSecret: 'ä'.repeat(8) }).secrets.reveal()).toHaveLength(1);
      expect(resolve({ clusterSecret: 'dev', host: '127.0.0.1' }).secrets.reveal()).toEqual(['dev']);
    });

    it('refuses the variable and the file together', () => {
      const error = refused({}, { CLUSTER_SECRET: SECRET, CLUSTER_SECRET_FILE: '/run/secret' });
      expect(violationsOf(error)).toEqual([
        {
          field: 'clusterSecret',
          value: '***',
          expected: 'CLUSTER_SECRET or CLUSTER_SECRET_FILE to be set, not both',
          source: 'environment',
          variable: 'CLUSTER_SECRET_FILE',
        },
      ]);
    });

    it('refuses a file that is missing or empty, and does not print what may be the secret itself', () => {
      const missing = refused({}, { CLUSTER_SECRET_FILE: SECRET });
      expect(missing.message).toContain(
        'clusterSecret: got *** from CLUSTER_SECRET_FILE; expected the path of a readable file (ENOENT)',
      );
      expect(inspect(missing)).not.toContain('horse');
      const empty = refused({}, { CLUSTER_SECRET_FILE: '/run/secret' }, machine({ readFile: () => ' \n' }));
      expect(empty.message).toContain('a file that holds a secret; it is empty');
    });
  });
});
