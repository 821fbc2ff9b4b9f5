import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const current = readFileSync(join(root, 'schema.graphql'), 'utf8');
const withoutMemberCount = current.replace(/ +"""\n[^"]*"""\n +memberCount: Int\n/, '');

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'schema-diff-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function schemaDiff(args: readonly string[], folder = root) {
  const script = join(folder, 'scripts/schema-diff/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Compares the schema with one that was promised before. */
function diffFrom(before: string) {
  const file = join(temporaryFolder(), 'before.graphql');
  writeFileSync(file, before);
  return schemaDiff([file]);
}

/** The schema as it was before this type or enum had what it has now, or had something else. */
function withMore(head: string, more: string): string {
  expect(current).toContain(`${head} {`);
  return current.replace(`${head} {`, `${head} {\n${more}`);
}

describe('npm run schema:diff with a file', () => {
  test('finds no difference between the schema and itself', () => {
    expect(schemaDiff([join(root, 'schema.graphql')])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 changes that BREAK clients'),
    });
  });

  test.each([
    [
      'a field that is gone',
      withMore('type Queue implements DomainEntity', 'colour: String'),
      "'colour' was removed",
    ],
    ['an enum value that is gone', withMore('enum Disposition', 'HUNG_UP'), "'HUNG_UP' was removed"],
    ['an argument that is needed now', current.replace('user(', 'user(domain: ID, '), 'domain'],
    ['another type', current.replace('memberCount: Int', 'memberCount: Int!'), 'Queue.memberCount'],
  ])('fails for %s, and names it', (_what, text, named) => {
    expect(text).not.toBe(current);
    const { status, stdout } = diffFrom(text);
    expect(stdout).toMatch(/[1-9] changes that BREAK clients/);
    expect(stdout.slice(stdout.indexOf('BREAK'))).toContain(named);
    expect(status).toBe(1);
  });

  test('lists what is new, and does not fail for it', () => {
    const { status, stdout } = diffFrom(withoutMemberCount);
    expect(stdout).toMatch(/1 additions .*\n {2}.*memberCount/);
    expect(status).toBe(0);
  });

  test('does not fail for what was deprecated before it went', () => {
    const deprecated = 'colour: String @deprecated(reason: "Use name; goes on 2026-12-31")';
    const { status, stdout } = diffFrom(withMore('type Queue implements DomainEntity', deprecated));
    expect(stdout).toMatch(/1 changes that may surprise clients\n.*colour/);
    expect(status).toBe(0);
  });

  test('says so when it is no schema, or none is there', () => {
    expect(diffFrom('type Query {')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('before.graphql is no schema: Syntax Error'),
    });
    expect(schemaDiff(['nowhere.graphql'])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/nowhere\.graphql[^]*npm run schema:diff/),
    });
  });
});

const git = spawnSync('git', ['--version']).status === 0;

describe.skipIf(!git)('npm run schema:diff without a file (needs git)', () => {
  /** A repository with the schema and the script, whose first commit has this tag. */
  function repository(tag?: string): string {
    const folder = temporaryFolder();
    for (const part of ['scripts', 'schema.graphql', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const author = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@example.com'];
    for (const args of [
      ['init', '--quiet'],
      ['add', 'schema.graphql'],
      [...author, 'commit', '--quiet', '--message', 'A schema'],
      ...(tag === undefined ? [] : [[...author, 'tag', '--annotate', tag, '--message', 'A release']]),
    ]) {
      expect(spawnSync('git', args, { cwd: folder, encoding: 'utf8' })).toMatchObject({ status: 0 });
    }
    return folder;
  }

  test('compares with the schema of the last tag', () => {
    const folder = repository('v1.2.3');
    writeFileSync(join(folder, 'schema.graphql'), withoutMemberCount);
    const { status, stdout } = schemaDiff([], folder);
    expect(stdout).toContain('schema.graphql compared with that of v1.2.3:');
    expect(stdout.slice(stdout.indexOf('BREAK'))).toContain('memberCount');
    expect(status).toBe(1);
  });

  test('says that there is nothing to compare with while there is no tag', () => {
    expect(schemaDiff([], repository())).toEqual({
      status: 0,
      stdout: expect.stringContaining('There is no tag yet'),
      stderr: '',
    });
  });
});
