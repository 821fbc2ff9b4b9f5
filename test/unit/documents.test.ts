import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const records = globSync('docs/decisions/[0-9]*.md', { cwd: root }).toSorted();

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

test.each([
  'README.md',
  'CONTRIBUTING.md',
  'docs/bounds.md',
  'docs/clients.md',
  'docs/upstream.md',
  'docs/decisions/README.md',
  ...records,
])('every file that %s links exists', (file) => {
  const links = [...textOf(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
  expect(links.filter((path) => !existsSync(join(root, dirname(file), path)))).toEqual([]);
});

test('the tree of CONTRIBUTING.md has every folder and file of src/, and nothing that does not exist', () => {
  const tree = [...textOf('CONTRIBUTING.md').matchAll(/^([\w.-]+\/?\S*) {2,}\S/gm)].map(
    ([, path = '']) => path,
  );
  expect(tree.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const parts = globSync('src/*', { cwd: root, withFileTypes: true }).map(
    (entry) => `src/${entry.name}${entry.isDirectory() ? '/' : ''}`,
  );
  expect(parts.filter((part) => !tree.includes(part))).toEqual([]);
});

describe('the records of decisions', () => {
  test('are all in their index, in order', () => {
    const listed = [...textOf('docs/decisions/README.md').matchAll(/^\| \[\d+\. .*?\]\((.*?)\)/gm)];
    expect(listed.length).toBeGreaterThan(6);
    expect(listed.map(([, file]) => `docs/decisions/${file}`)).toEqual(records);
  });

  test.each(records)('have their date, and the same headings: %s', (file) => {
    const text = textOf(file);
    expect(text).toMatch(/^Date: \d{4}-\d\d-\d\d.*Status: \w+/m);
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    for (const heading of ['Context', 'Decision', 'Figures', 'Consequences', 'What would change it']) {
      expect(headings).toContain(heading);
    }
  });
});

test('docs/clients.md says what a client should do about each code of an error, and knows no other', () => {
  const sources = globSync('src/**/*.ts', { cwd: root, exclude: ['src/{config,generated,sandbox}/**'] });
  const code =
    /'((?:BAD|CSRF|GRAPHQL|INTERNAL|OPERATION|PERSISTED|QUERY|REQUEST|SERVICE|UNSUPPORTED|UPSTREAM)_[A-Z_]+|FORBIDDEN|UNAUTHENTICATED)'|code: '([A-Z_]+)'/g;
  const codes = sources.flatMap((file) =>
    [...textOf(file).matchAll(code)].map(([, known, other]) => known ?? other),
  );
  const [, table = ''] = textOf('docs/clients.md').split('## Errors by code');
  const documented = [...table.matchAll(/^\| (`[^|]*)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
  );
  expect(new Set(documented)).toEqual(new Set(codes));
});
