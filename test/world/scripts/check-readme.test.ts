import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import examplePackageJson from '../../../examples/client/package.json' with { type: 'json' };
import packageJson from '../../../package.json' with { type: 'json' };
import { clientEnv } from '../../../scripts/check-readme/client-env.ts';
import { followPart, type Reader } from '../../../scripts/check-readme/follow.ts';
import { lastCommand, parseGuide, parseSteps, TOOLS } from '../../../scripts/check-readme/parse-guide.ts';
import { start } from '../../../scripts/check-readme/run-commands.ts';

const FENCE = '```';
const commands = (text: string) => `${FENCE}sh\n${text}\n${FENCE}\n`;
const file = (path: string, text: string) => `\`${path}\`:\n\n${FENCE}ts\n${text}\n${FENCE}\n`;

const install = commands('npm init -y\n# this is no heading');
const source = file('src/a.ts', '// @ts-expect-error -- no\nfield;');
const check = commands('npx tsc --noEmit');
const tool = `${install}\nText.\n\n${source}\n${check}`;
const guide = (...parts: string[]) => `# Guide\n\nBefore.\n\n${commands('rm -rf /')}\n${parts.join('\n')}`;

describe('the guide', () => {
  test('is parsed by the headings below its title, in order', () => {
    const parts = parseGuide(guide(`## one\n\n${tool}`, `## two\n\n${tool}`), ['one', 'two']);
    expect(parts.map(({ title }) => title)).toEqual(['one', 'two']);
    for (const { steps } of parts) {
      expect(steps).toEqual([
        { kind: 'commands', text: 'npm init -y\n# this is no heading\n' },
        { kind: 'file', path: 'src/a.ts', text: '// @ts-expect-error -- no\nfield;\n' },
        { kind: 'commands', text: 'npx tsc --noEmit\n' },
      ]);
    }
  });

  test.each<[string, string, string]>([
    ['it has no part', '# A\n', 'has the parts none; expected are one, two'],
    ['its headings are inside a code block', commands('## one\n## two'), 'has the parts none'],
    ['a part is missing', guide(`## one\n\n${tool}`), 'has the parts one; expected are one, two'],
    [
      'there is one part too many',
      guide(...['one', 'two', 'three'].map((title) => `## ${title}\n\n${tool}`)),
      'has the parts one, two, three',
    ],
    ['a part is empty', guide('## one\n', `## two\n\n${tool}`), '"one" writes no file'],
    ['a part writes no file', guide(`## one\n\n${install}${check}`, '## two'), '"one" writes no file'],
    ['a part runs no command', guide(`## one\n\n${source}`, '## two'), '"one" runs no command'],
    [
      'a part does not end with a check of the types',
      guide(`## one\n\n${install}${source}${check}${install}`, '## two'),
      '"one" does not end with a check of the types',
    ],
    [
      'a file comes after the check of the types',
      guide(`## one\n\n${check}${source}`, '## two'),
      '"one" does not end with a check of the types',
    ],
    [
      'no file shows an error that the types catch',
      guide(`## one\n\n${install}${file('a.ts', 'field;')}${check}`, '## two'),
      '"one" shows nothing that the types catch',
    ],
    [
      'a code block has no file name',
      guide(`## one\n\n${install}Text.\n\n${FENCE}json\n{}\n${FENCE}\n${check}`, '## two'),
      'Which file is this?',
    ],
    [
      'two code blocks share one file name',
      guide(`## one\n\n${source}\n${FENCE}json\n{}\n${FENCE}\n${check}`, '## two'),
      'Which file is this?',
    ],
    [
      "a file is outside the reader's folder",
      guide(`## one\n\n${file('../a.ts', 'x')}${check}`, '## two'),
      "../a.ts is not in the reader's folder",
    ],
    ['a code block is never closed', `${guide(`## one\n\n${tool}`)}${FENCE}sh\nls\n`, 'is never closed'],
  ])('is refused when %s', (_what, page, message) => {
    expect(() => parseGuide(page, ['one', 'two'])).toThrow(message);
  });

  test('is parsed without the blocks that show output', () => {
    expect(parseSteps(`${install}\n${FENCE}\noutput\n${FENCE}\n`)).toHaveLength(1);
  });

  test('gives its last command, even when that takes several lines', () => {
    expect(lastCommand(parseSteps(`${commands('one\ntwo \\\n  three')}${source}`))).toBe('two    three');
  });
});

describe('a reader', () => {
  const TSC = `if ! grep -q ts-expect-error src/a.ts; then echo "a.ts: error TS2339"; exit 2; fi # tsc`;

  function readerForTest() {
    const folder = mkdtempSync(join(tmpdir(), 'reader-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const told: string[] = [];
    const { signal } = new AbortController();
    const reader: Reader = { folder, env: process.env, until: signal, tell: (line) => told.push(line) };
    return { folder, told, reader };
  }

  test('follows the steps, and checks that the types catch the expected errors', async () => {
    const { folder, told, reader } = readerForTest();
    const steps = parseSteps(`${commands('touch one\ntouch two')}${source}${commands(TSC)}`);
    await followPart({ title: 'one', steps }, reader);
    expect(readdirSync(folder).toSorted()).toEqual(['one', 'src', 'two']);
    expect(told).toEqual([
      'ran touch one && touch two',
      'wrote src/a.ts',
      `ran ${TSC}`,
      'the types catch 1 of the 1 errors that they should',
    ]);
  });

  test('fails when the types catch none of the expected errors', async () => {
    const steps = parseSteps(`${source}${commands('true # tsc')}`);
    const { reader } = readerForTest();
    await expect(followPart({ title: 'one', steps }, reader)).rejects.toThrow(
      'the types catch 0 of the 1 errors that they should',
    );
  });

  test('stops at the first command that fails, and reports the output of the commands', async () => {
    const { folder, reader } = readerForTest();
    const steps = parseSteps(`${commands('echo printed\nfalse\ntouch never')}${source}${commands(TSC)}`);
    await expect(followPart({ title: 'one', steps }, reader)).rejects.toThrow(/^ended with 1:[^]*printed/);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});

test('an aborted shell is ended together with all processes that it has started', async () => {
  const over = new AbortController();
  const running = start('sleep 600 & sleep 600 & echo started; wait', tmpdir(), process.env, over.signal);
  await expect.poll(running.output).toBe('started\n');
  over.abort();
  // `ended` settles only when no process holds the output any more.
  expect(await running.ended).toBe('SIGTERM');
});

test('a client gets the environment of a terminal, without the variables of npm run and the given settings', () => {
  expect(
    clientEnv(
      {
        PATH: '/repo/node_modules/.bin:/node_modules/.bin:/npm/run-script/lib/node-gyp-bin:/usr/bin:/opt/node/bin',
        HOME: '/home/me',
        INIT_CWD: '/repo',
        NODE: '/repo/node',
        PORT: '1',
        npm_config_omit_lockfile_registry_resolved: 'true',
        npm_config_registry: 'https://registry.example.com',
        npm_package_name: 'repo',
      },
      ['PORT'],
    ),
  ).toEqual({
    PATH: '/usr/bin:/opt/node/bin',
    HOME: '/home/me',
    npm_config_registry: 'https://registry.example.com',
  });
});

describe('docs/codegen.md', () => {
  const page = readFileSync(new URL('../../../docs/codegen.md', import.meta.url), 'utf8');

  test('has a part of the guide for each tool', () => {
    expect(parseGuide(page, TOOLS)).toHaveLength(3);
  });

  test('names exact versions, equal to those of this repository where it has the package', () => {
    const text = parseGuide(page, TOOLS)
      .flatMap(({ steps }) => steps)
      .map((step) => (step.kind === 'commands' ? step.text : ''))
      .join('\n');
    const named = [...text.matchAll(/(?<= )(@?[\w./-]+)@(\S+)/g)].map(([, name = '', version = '']) => ({
      name,
      version,
    }));
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(({ version }) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    const ours = new Map(Object.entries(packageJson.devDependencies));
    // gql.tada needs an older TypeScript.
    expect(
      named.filter(({ name, version }) => name !== 'typescript' && (ours.get(name) ?? version) !== version),
    ).toEqual([]);
    expect(text).toContain(`typescript@${packageJson.devDependencies.typescript}`);
  });
});

test("the example client's packages have this repository's versions, since the client is checked with both", () => {
  const ours = packageJson.devDependencies;
  expect(ours).toMatchObject({ ...examplePackageJson.dependencies, ...examplePackageJson.devDependencies });
});
