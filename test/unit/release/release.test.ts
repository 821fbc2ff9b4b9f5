import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };
import { parseChange } from '../../../scripts/release/changes.ts';
import { nextVersion } from '../../../scripts/release/next-version.ts';
import { runNode } from '../../support/run-node.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPT = new URL('../../../scripts/release/main.ts', import.meta.url);

function folderForTest(changes: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, '.prettierrc.json'), join(folder, '.prettierrc.json'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'x', version: '0.1.0' }));
  writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\nText.\n\n## 0.1.0\n\n- The first.\n');
  mkdirSync(join(folder, '.changes'));
  writeFileSync(join(folder, '.changes/README.md'), 'How.');
  for (const [name, text] of Object.entries(changes)) writeFileSync(join(folder, '.changes', name), text);
  return folder;
}

describe('a release', () => {
  test('gathers the changes by kind, sets the version and deletes the files', async () => {
    const folder = folderForTest({
      'b.md': 'kind: fixed\n\nA fault\nof two lines.\n',
      'a.md': 'kind: added\n\nA field.\n',
    });
    const { code, stderr } = await runNode([SCRIPT, '--folder', folder]);
    expect(code, stderr).toBe(0);
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toMatch(
      /^# Changelog\n\nText\.\n\n## 0\.2\.0 \(\d{4}-\d\d-\d\d\)\n\n### Added\n\n- A field\.\n\n### Fixed\n\n- A fault\n {2}of two lines\.\n\n## 0\.1\.0\n/,
    );
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version).toBe('0.2.0');
    expect(readdirSync(join(folder, '.changes'))).toEqual(['README.md']);
    expect((await runNode([SCRIPT, '--check', '--folder', folder, 'v0.2.0'])).code).toBe(0);
    expect((await runNode([SCRIPT, '--check', '--folder', folder, 'v0.3.0'])).stderr).toContain(
      'The tag is v0.3.0, and the version is 0.2.0.',
    );
  });

  test.each([
    [{ 'a.md': 'kind: great\n\nA field.\n' }, [], 'a.md must begin with "kind: "'],
    [{ 'a.md': 'kind: added\n\n\n' }, [], 'a.md says nothing of the change.'],
    [{ 'a.md': 'kind: added\n\nA field.\n' }, ['0.1.0'], '0.1.0 is not above 0.1.0'],
    [{ 'a.md': 'kind: added\n\nA field.\n' }, ['next'], '"next" is no version'],
    [{}, [], '.changes/ has no change to release.'],
  ])('is refused, and changes nothing, for %j and %j', async (changes, args, message) => {
    const folder = folderForTest(changes);
    const before = readFileSync(join(folder, 'CHANGELOG.md'), 'utf8');
    const { code, stderr } = await runNode([SCRIPT, '--folder', folder, ...args]);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(readFileSync(join(folder, 'CHANGELOG.md'), 'utf8')).toBe(before);
    expect(readdirSync(join(folder, '.changes'))).toHaveLength(1 + Object.keys(changes).length);
  });

  test.each([
    ['0.1.0', null, ['fixed', 'security'], '0.1.1'],
    ['0.1.0', null, ['removed'], '0.2.0'],
    ['1.2.3', null, ['fixed'], '1.2.4'],
    ['1.2.3', null, ['added', 'fixed'], '1.3.0'],
    ['1.2.3', null, ['changed'], '2.0.0'],
    ['1.2.3', 'patch', ['changed'], '1.2.4'],
    ['1.2.3', '1.10.0', ['fixed'], '1.10.0'],
  ] as const)('after %s, asked for %s with %j, is %s', (current, wanted, kinds, next) => {
    const changes = kinds.map((kind) => ({ kind, text: 'Text.' }));
    expect(nextVersion(current, wanted, changes)).toBe(next);
  });
});

test('each file of .changes/ can be released', () => {
  const folder = join(root, '.changes');
  const names = readdirSync(folder).filter((name) => name !== 'README.md');
  for (const name of names) {
    expect(name).toMatch(/^[a-z\d-]+\.md$/);
    expect(parseChange(name, readFileSync(join(folder, name), 'utf8')).text.length).toBeLessThan(600);
  }
});

describe.each(['ci', 'release'])('the workflow %s', (name) => {
  const text = readFileSync(join(root, `.github/workflows/${name}.yml`), 'utf8');
  const { permissions, jobs } = parse(text);
  const steps: { uses?: string; run?: string }[] = Object.values<{ steps: [] }>(jobs).flatMap(
    (job) => job.steps,
  );

  test('may read by default only, and pins each action by its commit', () => {
    expect(permissions).toEqual({ contents: 'read' });
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used.filter((uses) => !/^actions\/[\w-]+@[\da-f]{40}$/.test(uses))).toEqual([]);
    expect(text.match(/uses: .*@[\da-f]{40} # v\d+\.\d+\.\d+$/gm)).toHaveLength(
      text.match(/uses:/g)?.length ?? 0,
    );
    for (const job of Object.values<Record<string, unknown>>(jobs))
      expect(job).toHaveProperty('timeout-minutes');
  });

  test('runs what anybody can run by hand', () => {
    const commands = steps.flatMap(({ run }) => run ?? []);
    expect(commands.some((command) => command.includes('.ci/run'))).toBe(true);
    const scripts = commands.flatMap((command) => /\bnpm run ([\w:]+)/.exec(command)?.[1] ?? []);
    expect(scripts.filter((script) => !Object.hasOwn(packageJson.scripts, script))).toEqual([]);
    expect(existsSync(join(root, '.ci/run'))).toBe(true);
  });
});
