import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KINDS } from '../../../scripts/release/change.ts';
import { checkRelease } from '../../../scripts/release/check-release.ts';
import { prepareRelease, suggestVersion } from '../../../scripts/release/prepare.ts';

const CHANGELOG = '# Changelog\n\nWhat users can notice.\n\n## 0.1.0 - 2026-12-01\n\n### Added\n\n- All.\n';
const DATE = '2027-01-31';

type Files = Readonly<Record<string, string>>;

/** A project with these files of `.changes/`, in a folder of its own. */
function project(changes: Files, version = '0.1.0', more: Files = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const manifest = { name: 'gateway', version };
  const lock = { ...manifest, lockfileVersion: 3, requires: true, packages: { '': manifest } };
  const files: Files = {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'package-lock.json': `${JSON.stringify(lock, null, 2)}\n`,
    'CHANGELOG.md': CHANGELOG,
    '.changes/README.md': '# How\n',
    ...Object.fromEntries(Object.entries(changes).map(([name, text]) => [`.changes/${name}`, text])),
    ...more,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Every file of a folder with its text. */
function contents(folder: string): Files {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'utf8')]));
}

const two: Files = {
  'a-fix.md': 'kind: fixed\n\nA page no longer\nrepeats a campaign.\n',
  'new-field.md': 'kind: added\n\n`Campaign.priority`.\n',
};

describe('npm run release:prepare', () => {
  test('gathers the changes in a new section of the changelog, by kind, and removes their files', () => {
    const folder = project(two);
    expect(prepareRelease(folder, '0.2.0', DATE)).toBe('0.2.0');
    const section =
      '## 0.2.0 - 2027-01-31\n\n### Added\n\n- `Campaign.priority`.\n\n' +
      '### Fixed\n\n- A page no longer\n  repeats a campaign.\n\n';
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(
      CHANGELOG.replace('## 0.1.0', `${section}## 0.1.0`),
    );
    expect(readdirSync(join(folder, '.changes'))).toEqual(['README.md']);
  });

  test('sets the version in package.json, in both places of the lock file and where the image or the tarball is named', () => {
    const image = 'image: campaign-interaction-gateway:';
    const folder = project(two, '0.1.0', {
      'deploy/kubernetes/deployment.yaml': `${image}0.1.0\n`,
      'README.md': 'npx -p ./campaign-interaction-gateway-0.1.0.tgz\n',
    });
    prepareRelease(folder, 'minor', DATE);
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      version: '0.2.0',
    });
    expect(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))).toMatchObject({
      version: '0.2.0',
      packages: { '': { version: '0.2.0' } },
    });
    expect(readFileSync(join(folder, 'deploy/kubernetes/deployment.yaml'), 'utf8')).toBe(`${image}0.2.0\n`);
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain(
      'campaign-interaction-gateway-0.2.0.tgz',
    );
  });

  test.each([
    ['major', '0.9.9', '1.0.0'],
    ['minor', '0.9.9', '0.10.0'],
    ['patch', '0.9.9', '0.9.10'],
    ['0.10.0', '0.9.9', '0.10.0'],
  ])('understands %s after %s', (wanted, before, version) => {
    expect(prepareRelease(project(two, before), wanted, DATE)).toBe(version);
  });

  test.each([
    ['the same version', '0.1.0', two, '0.1.0 is not higher than 0.1.0'],
    ['a lower version', '0.0.9', two, '0.0.9 is not higher'],
    ['a word', 'next', two, '"next" is no version'],
    ['a suffix', '0.2.0-beta.1', two, '"0.2.0-beta.1" is no version'],
    ["a tag's name", 'v0.2.0', two, '"v0.2.0" is no version'],
    ['no changes', '0.2.0', {}, 'There is nothing to release'],
    ['an unknown kind', '0.2.0', { ...two, 'x.md': 'kind: better\n\nText.\n' }, '.changes/x.md: "better"'],
    ['an empty text', '0.2.0', { ...two, 'x.md': 'kind: added\n\n\n' }, '.changes/x.md: it says nothing'],
    [
      'a file of another form',
      '0.2.0',
      { ...two, 'My Change.txt': 'Text.' },
      '.changes/My Change.txt: its name',
    ],
  ])('refuses %s, and leaves every file as it was', (_, wanted, changes, problem) => {
    const folder = project(changes);
    const before = contents(folder);
    expect(() => prepareRelease(folder, wanted, DATE)).toThrow(problem);
    expect(contents(folder)).toEqual(before);
  });

  test('names all files that cannot be read at once', () => {
    const folder = project({ 'x.md': 'kind: better\n\nText.\n', 'y.md': 'kind: added\n' });
    expect(() => prepareRelease(folder, 'minor', DATE)).toThrow(/x\.md[^]*y\.md/);
  });

  test('refuses a version that the changelog has already', () => {
    const folder = project(two, '0.0.9');
    expect(() => prepareRelease(folder, '0.1.0', DATE)).toThrow('has a section of 0.1.0 already');
  });
});

describe('the suggested version', () => {
  test.each([
    ['0.4.2', ['fixed'], '0.4.3'],
    ['0.4.2', ['fixed', 'security'], '0.4.3'],
    ['0.4.2', ['fixed', 'added'], '0.5.0'],
    ['0.4.2', ['changed'], '0.5.0'],
    ['0.4.2', ['removed', 'fixed'], '0.5.0'],
    ['1.4.2', ['security'], '1.4.3'],
    ['1.4.2', ['changed', 'added'], '1.5.0'],
    ['1.4.2', ['added', 'removed'], '2.0.0'],
  ])('after %s with changes of the kinds %j is %s', (before, kinds, version) => {
    const changes = Object.fromEntries(kinds.map((kind) => [`${kind}.md`, `kind: ${kind}\n\nText.\n`]));
    expect(suggestVersion(project(changes, before)).version).toBe(version);
  });

  test('exists for each kind alone', () => {
    for (const kind of KINDS) {
      expect(suggestVersion(project({ 'x.md': `kind: ${kind}\n\nText.\n` })).version).toMatch(
        /^0\.[12]\.[01]$/,
      );
    }
  });
});

describe('npm run release:check', () => {
  test("gives the notes of the version whose tag it is: its section, without others'", () => {
    const folder = project(two);
    prepareRelease(folder, 'minor', DATE);
    const notes = checkRelease(folder, 'v0.2.0');
    expect(notes).toMatch(/^### Added\n[^]*### Fixed\n[^]*repeats a campaign\.$/);
    expect(notes).not.toContain('All.');
  });

  test.each([
    ['a tag of another version', {}, 'v0.2.0', 'The tag is v0.2.0, but package.json says 0.1.0'],
    ['a tag without its v', {}, '0.1.0', 'The tag is 0.1.0'],
    ['changes that were not gathered', two, 'v0.1.0', '.changes/ still has 2 changes'],
  ])('refuses %s', (_, changes, tag, problem) => {
    expect(() => checkRelease(project(changes), tag)).toThrow(problem);
  });

  test('refuses a version of which the changelog says nothing', () => {
    expect(() => checkRelease(project({}, '0.3.0'), 'v0.3.0')).toThrow('CHANGELOG.md says nothing of 0.3.0');
  });
});
