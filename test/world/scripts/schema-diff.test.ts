import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
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

function deprecated(date: string): string {
  return `@deprecated(reason: "Use name; goes on ${date}")`;
}

/** Compares the current schema with an earlier one. */
function diffFrom(before: string) {
  const file = join(temporaryFolder(), 'before.graphql');
  writeFileSync(file, before);
  return schemaDiff([file]);
}

/** An earlier schema: the current one with `more` in the type or enum of this head. */
function withMore(head: string, more: string): string {
  expect(current).toContain(`${head} {`);
  return current.replace(`${head} {`, `${head} {\n${more}`);
}

describe('npm run schema:diff with a file', () => {
  test('finds no difference between the schema and itself', () => {
    expect(schemaDiff([join(root, 'schema.graphql')])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Changes that BREAK clients: 0'),
    });
  });

  test.each([
    [
      'a removed field',
      withMore('type Queue implements DomainEntity & Node', 'colour: String'),
      "'colour' was removed",
    ],
    ['a removed enum value', withMore('enum Disposition', 'HUNG_UP'), "'HUNG_UP' was removed"],
    ['a removed argument', current.replace('user(', 'user(domain: ID, '), 'domain'],
    [
      'a field that has become nullable',
      current.replace('memberCount: Int', 'memberCount: Int!'),
      'Queue.memberCount',
    ],
  ])('fails for %s, and names the change', (_what, text, named) => {
    expect(text).not.toBe(current);
    const { status, stdout } = diffFrom(text);
    expect(stdout).toMatch(/Changes that BREAK clients: [1-9]/);
    expect(stdout.slice(stdout.indexOf('BREAK'))).toContain(named);
    expect(status).toBe(1);
  });

  test('lists additions without failing', () => {
    const { status, stdout } = diffFrom(withoutMemberCount);
    expect(stdout).toMatch(/Additions .*: 1\n {2}.*memberCount/);
    expect(status).toBe(0);
  });

  test.each([
    [
      'a field',
      withMore('type Queue implements DomainEntity & Node', `colour: String ${deprecated('2020-01-01')}`),
    ],
    ['an enum value', withMore('enum Disposition', `COLOUR ${deprecated('2020-01-01')}`)],
    ['a field of a filter', withMore('input CampaignFilter', `colour: String ${deprecated('2020-01-01')}`)],
    [
      'an argument',
      current.replace('after: String', `after: String, colour: ID ${deprecated('2020-01-01')}`),
    ],
  ])('does not fail when %s is removed after the date of its deprecation', (_what, text) => {
    const { status, stdout } = diffFrom(text);
    expect(stdout).toMatch(/surprise clients: 1\n.*colour/i);
    expect(status).toBe(0);
  });

  test('does not fail when a type is removed with the only field that used it, after the date of the field', () => {
    const field = `colour: Colour ${deprecated('2020-01-01')}`;
    const { status, stdout } = diffFrom(
      `${withMore('type Queue implements DomainEntity & Node', field)}\n enum Colour { RED }`,
    );
    expect(stdout).toMatch(/surprise clients: 2\n.*colour.*\n.*Colour/i);
    expect(status).toBe(0);
  });

  test.each(['9999-12-31', '2020-01-01, so use it until 9999-12-31', 'some day'])(
    'fails when a field is removed before the last date of its deprecation, or without a date: %s',
    (date) => {
      const { status, stdout } = diffFrom(
        withMore('type Queue implements DomainEntity & Node', `colour: String ${deprecated(date)}`),
      );
      expect(stdout).toMatch(/BREAK clients: 1\n.*colour/);
      expect(status).toBe(1);
    },
  );

  test('reports a file that is missing or no schema', () => {
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

// CI never skips: nobody would notice there.
const git = process.env['CI'] !== undefined || spawnSync('git', ['--version']).status === 0;
/** Environment without the variables by which git tells hooks their repository. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));

describe.skipIf(!git)('npm run schema:diff without a file (needs git)', () => {
  /** A repository with the schema and the script, whose first commit has this tag. */
  function repository(tag?: string): string {
    const folder = temporaryFolder();
    for (const part of ['scripts', 'schema.graphql', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const settings = [
      'user.name=Somebody',
      'user.email=somebody@example.com',
      'commit.gpgsign=false',
      'tag.gpgsign=false',
    ];
    const author = settings.flatMap((setting) => ['-c', setting]);
    for (const args of [
      ['init', '--quiet'],
      ['add', 'schema.graphql'],
      [...author, 'commit', '--quiet', '--message', 'A schema'],
      ...(tag === undefined ? [] : [[...author, 'tag', '--annotate', tag, '--message', 'A release']]),
    ]) {
      expect(spawnSync('git', args, { cwd: folder, encoding: 'utf8', env })).toMatchObject({ status: 0 });
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

  test('passes when there is no tag, and says that there is nothing to compare with', () => {
    expect(schemaDiff([], repository())).toEqual({
      status: 0,
      stdout: expect.stringContaining('There is no tag in this clone'),
      stderr: '',
    });
  });
});
