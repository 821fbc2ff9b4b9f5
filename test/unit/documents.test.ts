import { existsSync, globSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { Page, pages, textOf } from '../support/documentation.ts';
import clients from '../world/clients/package.json' with { type: 'json' };
import { blockRules } from './documentation-blocks.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const records = globSync('docs/decisions/[0-9]*.md', { cwd: root }).toSorted();

test.each([...pages, 'docs/decisions/README.md', ...records])('every link of %s leads somewhere', (file) => {
  const { links } = new Page(file);
  const lost = links.filter(({ path, anchor }) => {
    const target = path === '' ? file : join(dirname(file), path);
    if (!existsSync(join(root, target))) return true;
    if (anchor === '') return false;
    return !new Page(target).headings.some((heading) => heading.anchor === anchor);
  });
  expect(lost).toEqual([]);
});

describe.each(pages)('%s', (file) => {
  const page = new Page(file);

  test('has one title, and a paragraph below it that says what the page is about', () => {
    expect(page.headings.filter(({ level }) => level === 1)).toHaveLength(1);
    expect(page.text).toMatch(/^# .+\n\n(?:!\[.*\n\n)?[`\w][^\n]{20,}/);
  });

  test('has no two headings with one anchor', () => {
    const anchors = page.headings.map(({ anchor }) => anchor);
    expect(anchors.filter((anchor, at) => anchors.indexOf(anchor) !== at)).toEqual([]);
  });

  test('can be read at one sitting', () => {
    const words = page.prose
      .split('\n')
      .filter((line) => !line.startsWith('|'))
      .join(' ')
      .split(/\s+/).length;
    expect(words).toBeLessThan(2500);
  });

  test('has only blocks that a test runs, or that are of a kind that none can', () => {
    const rules = blockRules[file] ?? {};
    const used = new Set(page.blocks.map(({ language }) => language));
    expect(Object.keys(rules).toSorted()).toEqual([...used].toSorted());
    const tests = Object.values(rules).flatMap((rule) => ('tests' in rule ? rule.tests : []));
    expect(tests.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const mention = new RegExp(`${basename(file)}|of all pages`);
    expect(tests.filter((path) => !mention.test(textOf(path)))).toEqual([]);
    const reasons = Object.values(rules).flatMap((rule) => ('notRun' in rule ? [rule.notRun] : []));
    expect(reasons.filter((reason) => reason.split(' ').length < 3)).toEqual([]);
  });

  test('names nothing of a machine or of how it was written', () => {
    expect(page.text).not.toMatch(/\/work\b|\/tmp\/p\b|\bsessions?\b(?! (?:id|cookie))/i);
  });
});

test('blocks that name a file of examples/ show it as it is', () => {
  const shown = pages.flatMap((page) =>
    new Page(page).blocks.filter((block) => block.file.startsWith('examples/')),
  );
  expect(shown.filter((block) => textOf(block.file) !== block.text).map(({ file }) => file)).toEqual([]);
  expect(shown.length).toBeGreaterThan(3);
});

test('README.md has 150 lines at most, and leads to every page of docs/', () => {
  expect(textOf('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(150);
  const linked = new Set(new Page('README.md').links.map(({ path }) => path));
  expect(pages.filter((page) => page !== 'README.md' && !linked.has(page))).toEqual([]);
});

test('headings have the words that people search for', () => {
  const headings = pages.flatMap((page) => new Page(page).headings.map(({ title }) => title.toLowerCase()));
  const words = [
    'authentication',
    'errors',
    'null',
    'caching',
    'rate limits',
    'pagination',
    'proxy',
    'redis',
  ];
  expect([...words, 'kubernetes'].filter((word) => !headings.some((title) => title.includes(word)))).toEqual(
    [],
  );
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

test('the npm scripts that the pages name exist', () => {
  const named = pages.flatMap((page) =>
    [...textOf(page).matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => ({ page, name })),
  );
  expect(named.filter(({ name }) => !(name in packageJson.scripts))).toEqual([]);
  expect(named.length).toBeGreaterThan(10);
});

test('docs/clients.md installs the versions that its tests have', () => {
  const named = new Page('docs/clients.md').blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => [...text.matchAll(/(?<= )(@?[\w./-]+)@(\S+)/g)])
    .map(([, name = '', version = '']) => [name, version]);
  expect(named.length).toBeGreaterThan(8);
  expect(clients.dependencies).toMatchObject(Object.fromEntries(named));
});

test('the picture of the README has 150 kB at most', () => {
  expect(statSync(join(root, 'docs/images/graphiql.png')).size).toBeLessThanOrEqual(150_000);
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

test('docs/errors.md says what a client should do about each code of an error, and knows no other', () => {
  const sources = globSync('src/**/*.ts', { cwd: root, exclude: ['src/{config,generated,sandbox}/**'] });
  const code =
    /'((?:BAD|CSRF|GRAPHQL|INTERNAL|OPERATION|PERSISTED|QUERY|REQUEST|SERVICE|UNSUPPORTED|UPSTREAM)_[A-Z_]+|FORBIDDEN|UNAUTHENTICATED)'|code: '([A-Z_]+)'/g;
  const codes = sources.flatMap((file) =>
    [...textOf(file).matchAll(code)].map(([, known, other]) => known ?? other),
  );
  const rows = new Page('docs/errors.md').table('code', 'cause', 'what a client should do');
  const documented = rows.flatMap(([cell = '']) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name),
  );
  expect(new Set(documented)).toEqual(new Set(codes));
});
