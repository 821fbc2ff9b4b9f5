import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { array, type Infer, number, object, record, string, unknown } from '@badrap/valita';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import packageJson from '../../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../../../', import.meta.url));

const permissions = record(string());
const step = object({
  uses: string().optional(),
  run: string().optional(),
  env: record(string()).optional(),
  with: record(unknown()).optional(),
}).rest(unknown());
const job = object({
  permissions: permissions.optional(),
  'timeout-minutes': number(),
  'runs-on': string(),
  needs: string().optional(),
  if: string().optional(),
  environment: string().optional(),
  steps: array(step),
}).rest(unknown());
const workflow = object({
  on: record(unknown()),
  permissions,
  concurrency: object({ group: string(), 'cancel-in-progress': unknown() }),
  jobs: record(job),
}).rest(unknown());

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** @throws Error when the YAML has an error or a warning. */
function parse(file: string): unknown {
  const document = parseDocument(textOf(file), { strict: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS();
}

const files = globSync('.github/workflows/*.yml', { cwd: root }).toSorted();
const workflows = new Map(files.map((file) => [file, workflow.parse(parse(file))]));

function named(file: string): Infer<typeof workflow> {
  const found = workflows.get(`.github/workflows/${file}`);
  if (found === undefined) throw new Error(`There is no ${file}.`);
  return found;
}

function runsOf(jobs: Readonly<Record<string, Infer<typeof job>>>): string[] {
  return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
}

/** Whether a command is a script of package.json, an executable of the repository, or what npm and gh do by themselves. */
function isKnown(command: string): boolean {
  const [program = '', word = '', ...rest] = command.trim().split(/\s+/);
  if (program === 'npm' && word === 'run') {
    return rest.some((part) => Object.keys(packageJson.scripts).includes(part));
  }
  if (program === 'npm') return ['pack', 'publish'].includes(word);
  if (program === 'gh') return word === 'release' && rest[0] === 'create';
  try {
    accessSync(join(root, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

describe.each(files)('%s', (file) => {
  const { jobs } = workflow.parse(parse(file));

  test('pins each action by the SHA of a commit, and names its version', () => {
    const uses = textOf(file)
      .split('\n')
      .filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('runs what package.json or the repository has, or npm and gh themselves', () => {
    const commands = runsOf(jobs).flatMap((run) => run.trim().split('\n'));
    expect(commands.filter((command) => !isKnown(command))).toEqual([]);
  });

  test('puts no value of an event into a command, where a branch name could be a command', () => {
    expect(runsOf(jobs).filter((run) => run.includes('${{'))).toEqual([]);
  });

  test('ends a job that hangs, on a machine whose version is named', () => {
    for (const { 'timeout-minutes': minutes, 'runs-on': machine } of Object.values(jobs)) {
      expect(minutes).toBeLessThanOrEqual(60);
      expect(machine).toMatch(/^ubuntu-\d\d\.\d\d$/);
    }
  });

  test('leaves no credential beside the code that it checks out', () => {
    const checkouts = Object.values(jobs).flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith('actions/checkout@')),
    );
    for (const { with: options } of checkouts)
      expect(options).toMatchObject({ 'persist-credentials': false });
  });
});

describe('CI', () => {
  test('runs .ci/run and nothing else, on pushes and pull requests', () => {
    const { on, jobs } = named('ci.yml');
    expect(Object.keys(on)).toEqual(['push', 'pull_request']);
    expect(runsOf(jobs)).toEqual(['.ci/run']);
  });

  test('may read, and write nothing', () => {
    const { permissions: all, jobs } = named('ci.yml');
    expect(all).toEqual({ contents: 'read' });
    expect(Object.values(jobs).filter(({ permissions: own }) => own !== undefined)).toEqual([]);
  });
});

describe('a release', () => {
  const { on, permissions: all, jobs } = named('release.yml');

  test('starts by a tag of a version, or by hand', () => {
    expect(on).toEqual({ push: { tags: ['v*'] }, workflow_dispatch: null });
  });

  test('checks the tag first, then runs .ci/run, then packs', () => {
    expect(jobs['pack']?.steps.flatMap(({ run }) => run ?? [])).toEqual([
      expect.stringContaining('release:check -- "$GITHUB_REF_NAME"'),
      '.ci/run',
      'npm pack',
    ]);
  });

  test('gives each job the least permissions, and the code of dependencies none to write', () => {
    expect(all).toEqual({});
    const given = Object.fromEntries(Object.entries(jobs).map(([name, own]) => [name, own.permissions]));
    expect(given).toEqual({
      pack: { contents: 'read' },
      attest: { attestations: 'write', 'id-token': 'write' },
      attach: { contents: 'write' },
      publish: { 'id-token': 'write' },
    });
  });

  test('is attested before it is attached or published', () => {
    expect(jobs['attest']?.needs).toBe('pack');
    expect(jobs['attest']?.steps.some(({ uses }) => uses?.startsWith('actions/attest@'))).toBe(true);
    expect(jobs['attach']?.needs).toBe('attest');
    expect(jobs['publish']?.needs).toBe('attest');
  });

  test('publishes nothing unless a variable of the repository says so and somebody approves, with no stored token', () => {
    const publishing = Object.entries(jobs).filter(([, { steps }]) =>
      steps.some(({ run }) => run?.includes('npm publish')),
    );
    expect(publishing.map(([name]) => name)).toEqual(['publish']);
    expect(jobs['publish']).toMatchObject({ if: "vars.PUBLISH_TO_NPM == 'on'", environment: 'npm' });
    expect(textOf('.github/workflows/release.yml')).not.toContain('secrets.');
  });
});

describe('dependabot', () => {
  const entry = object({
    'package-ecosystem': string(),
    directory: string().optional(),
    directories: array(string()).optional(),
  }).rest(unknown());
  const { updates } = object({ version: number(), updates: array(entry) }).parse(
    parse('.github/dependabot.yml'),
  );

  test('watches every lock file of the repository, and no folder without one', () => {
    const locks = globSync('**/package-lock.json', {
      cwd: root,
      exclude: ['**/node_modules', 'test/world/clients/from-docs'],
    });
    const folders = locks.map((lock) => `/${lock.replace(/\/?package-lock\.json$/, '')}`);
    const npm = updates.filter((update) => update['package-ecosystem'] === 'npm');
    expect(npm.flatMap(({ directories = [] }) => directories).toSorted()).toEqual(folders.toSorted());
  });

  test('watches actions and the base image', () => {
    expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions', 'docker']);
    expect(existsSync(join(root, 'Dockerfile'))).toBe(true);
  });
});

describe('forms of issues', () => {
  const field = object({ type: string(), id: string().optional(), attributes: record(unknown()) }).rest(
    unknown(),
  );
  const form = object({ name: string(), description: string(), body: array(field) }).rest(unknown());

  test.each(['bug.yml', 'feature.yml'])('%s has a name for each field, once', (file) => {
    const { body } = form.parse(parse(`.github/ISSUE_TEMPLATE/${file}`));
    const ids = body.filter(({ type }) => type !== 'markdown').map(({ id }) => id);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the form for bugs asks for what the command can tell, and warns of secrets', () => {
    const text = textOf('.github/ISSUE_TEMPLATE/bug.yml');
    for (const part of ['--version', 'config`', 'doctor --format json', 'x-request-id', 'secrets']) {
      expect(text).toContain(part);
    }
  });

  test('there is no issue without a form, since a form sends security problems elsewhere', () => {
    expect(parse('.github/ISSUE_TEMPLATE/config.yml')).toEqual({ blank_issues_enabled: false });
    expect(textOf('.github/ISSUE_TEMPLATE/bug.yml')).toContain('in private on the Security tab');
  });
});

test.each(['SECURITY.md', 'CODE_OF_CONDUCT.md', '.github/PULL_REQUEST_TEMPLATE.md', '.changes/README.md'])(
  'every file that %s links exists',
  (file) => {
    const links = [...textOf(file).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    const paths = links.map((path) => path.replace('../blob/HEAD/', '../'));
    const folder = join(root, file, '..');
    expect(paths.filter((path) => !existsSync(join(folder, path)))).toEqual([]);
  },
);
