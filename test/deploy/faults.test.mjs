import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { ROOT } from '../../tools/ensure/root.mjs';
import { asTheNodeReads } from './validate/product.mjs';

const PAGE = join(ROOT, 'docs/deployment/README.md');

/** Rows of the table of faults: their number, and the tests that their last cell links to. */
function faultsOf(page) {
  const rows = [...page.matchAll(/^\| (\d+) \|.*\| (.*) \|$/gm)];
  return rows.map(([, number, cell]) => ({
    number: Number(number),
    links: [...cell.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, title, file]) => ({ title, file })),
  }));
}

/** Whether a source has a test of this title; what the source puts in (`${…}`, `%s`, `$name`) may be anything. */
function hasTest(source, title) {
  const titles = source.matchAll(/\b(?:it|test)(?:\.each\([^]*?\]\))?\(\s*(['"`])(.+?)\1\s*,/g);
  return [...titles].some(([, , written]) => {
    const parts = written.split(/\$\{[^}]*\}|%[a-z]|\$\w+/);
    const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+');
    return new RegExp(`^${pattern}$`).test(title) || written === title;
  });
}

function problemsOf(page, read) {
  return faultsOf(page).flatMap(({ number, links }) => {
    if (links.length === 0) return [`${number}: nothing would find it`];
    return links.flatMap(({ title, file }) => {
      const source = read(file);
      if (source === undefined) return [`${number}: there is no ${file}`];
      return hasTest(source, title) ? [] : [`${number}: ${file} has no test "${title}"`];
    });
  });
}

describe('the table of faults', () => {
  const page = readFileSync(PAGE, 'utf8');

  it('has all twenty, in the order of noex doctor', () => {
    const numbers = faultsOf(page).map(({ number }) => number);
    assert.deepEqual(
      numbers,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });
  it('leads to tests that are there', () => {
    const read = (file) => {
      const path = join(dirname(PAGE), file);
      return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    };
    assert.deepEqual(problemsOf(page, read), []);
  });
});

describe('the check of the table', () => {
  const source =
    "it('is found', () => {});\ntest(`${what} is a problem`, () => {});\nit.each([['a']])('finds %s', f);";
  const check = (cell) =>
    problemsOf(`| 1 | a | b | ${cell} |`, (file) => (file === 'a' ? source : undefined));

  it('takes titles, also of tests that are many', () => {
    for (const title of ['is found', 'root is a problem', 'finds %s', 'finds a'])
      assert.deepEqual(check(`[${title}](a)`), [], title);
  });
  it('finds a row that leads nowhere', () => {
    assert.deepEqual(check('nobody knows'), ['1: nothing would find it']);
    assert.deepEqual(check('[is found](b)'), ['1: there is no b']);
    assert.deepEqual(check('[is not found](a)'), ['1: a has no test "is not found"']);
  });
});

describe('secrets', () => {
  it('no secret is in git, and no node starts with an example', () => {
    const git = (...args) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n').filter(Boolean);
    assert.deepEqual(git('ls-files', 'k8s/**/*.secret', 'k8s/**/*.creds', 'k8s/**/*.pem'), []);
    const made = ['k8s/base/cluster.secret', 'k8s/overlays/nats/nats.creds', 'k8s/overlays/nats/nats-ca.pem'];
    assert.deepEqual(git('check-ignore', ...made), made);
    const example = readFileSync(join(ROOT, 'k8s/base/cluster.secret.example'), 'utf8');
    const { problem } = asTheNodeReads(new Map([['CLUSTER_SECRET_FILE', '/secret']]), example);
    assert.match(problem ?? '', /clusterSecret/);
  });
});
