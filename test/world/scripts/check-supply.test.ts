import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exceptions, isException } from '../../../scripts/check-supply/licences.ts';
import { packagesOf } from '../../../scripts/check-supply/packages.ts';
import { listeningForTest } from '../../support/listening.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/check-supply/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface MadeUp {
  readonly license?: unknown;
  readonly licenses?: unknown;
  /** Further properties in the lockfile. */
  readonly locked?: object;
  /** @default true */
  readonly isInstalled?: boolean;
}

/** Folder of a project with these packages. */
function projectOf(packages: Readonly<Record<string, MadeUp>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'supply-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const locked = Object.entries(packages).map(([name, { license, licenses, ...how }]) => {
    const own = join(folder, 'node_modules', name);
    if (how.isInstalled !== false) {
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, 'package.json'), JSON.stringify({ name, version: '1.0.0', license, licenses }));
    }
    return [`node_modules/${name}`, { version: '1.0.0', license, ...how.locked }];
  });
  const project = { name: 'project', version: '1.0.0', dependencies: Object.fromEntries(namesOf(packages)) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({
      ...project,
      lockfileVersion: 3,
      packages: { '': project, ...Object.fromEntries(locked) },
    }),
  );
  return folder;
}

function namesOf(packages: object): [string, string][] {
  return Object.keys(packages).map((name) => [name, '1.0.0']);
}

/** A registry that only answers queries for vulnerabilities. */
async function registryForTest(listener: RequestListener): Promise<string> {
  return listeningForTest((request, response) => {
    if (request.url === '/-/npm/v1/security/advisories/bulk') listener(request, response);
    else response.writeHead(404).end();
  });
}

/** A registry with these advisories, by package. */
function knowing(advisories: object): Promise<string> {
  return registryForTest((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(advisories));
  });
}

function advisory(severity: string) {
  return { id: 1, url: 'https://example.com/1', title: 'A hole', severity, vulnerable_versions: '<2.0.0' };
}

async function checkSupply(project: string, registry: string, env: NodeJS.ProcessEnv = {}) {
  const { CI: _ci, ...own } = process.env;
  const npm = {
    npm_config_registry: registry,
    npm_config_fetch_retries: '0',
    // npm would cache advisories across tests.
    npm_config_cache: join(project, 'npm-cache'),
  };
  const child = spawn(process.execPath, [SCRIPT, project], {
    env: { ...own, ...npm, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

const good = { license: 'MIT' };

test('a sound project passes, and its licences and vulnerabilities are printed', async () => {
  const folder = projectOf({
    good,
    choice: { license: '(GPL-3.0-only OR MIT)' },
    both: { license: 'MIT AND ISC', locked: { dev: true } },
    elsewhere: { license: 'Apache-2.0', isInstalled: false, locked: { optional: true } },
    'caniuse-lite': { license: 'CC-BY-4.0', locked: { dev: true } },
  });
  const { code, stdout, stderr } = await checkSupply(folder, await knowing({}));
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Licences: 5 packages, of which 4 are open source, 1 excepted, 0 refused$/m);
  expect(stdout).toMatch(/^Vulnerabilities: 0 info, 0 low, 0 moderate, 0 high, 0 critical$/m);
  expect(code).toBe(0);
});

describe('a package is refused', () => {
  test.each<[string, MadeUp, string]>([
    ['under a licence that is not open source', { license: 'BUSL-1.1' }, 'bad@1.0.0 is under BUSL-1.1'],
    [
      'under a licence that is not open source, although it is for development only',
      { license: 'SSPL-1.0', locked: { dev: true } },
      'bad@1.0.0 is under SSPL-1.0',
    ],
    [
      'under a licence that is not open source, although it is for other machines only',
      { license: 'SSPL-1.0', isInstalled: false, locked: { optional: true } },
      'bad@1.0.0 is under SSPL-1.0',
    ],
    [
      'under two licences at once, one of which is not open source',
      { license: 'MIT AND SSPL-1.0' },
      'bad@1.0.0 is under MIT AND SSPL-1.0',
    ],
    [
      'that is UNLICENSED',
      { license: 'UNLICENSED' },
      'bad@1.0.0 is under "UNLICENSED", which is no SPDX expression',
    ],
    [
      'that names a file in place of a licence',
      { license: 'SEE LICENSE IN terms.txt' },
      'bad@1.0.0 is under "SEE LICENSE IN terms.txt", which is no SPDX expression',
    ],
    ['without a licence', {}, 'bad@1.0.0 names no licence'],
    [
      'that names its licence in the form of npm before SPDX',
      { licenses: [{ type: 'MIT' }] },
      'bad@1.0.0 names its licence as [{"type":"MIT"}]',
    ],
  ])('%s', async (_what, bad, problem) => {
    const { code, stdout, stderr } = await checkSupply(projectOf({ good, bad }), await knowing({}));
    expect(stderr).toBe(`  ${problem}\n`);
    expect(stdout).toContain('1 refused');
    expect(code).toBe(1);
  });

  test('with an exception for another licence than it has now', async () => {
    const project = projectOf({ limiter: { license: 'SSPL-1.0' } });
    const { code, stderr } = await checkSupply(project, await knowing({}));
    expect([code, stderr]).toEqual([1, '  limiter@1.0.0 is under SSPL-1.0\n']);
  });
});

test('every licence exception belongs to a package in use, and gives a reason', () => {
  const excepted = packagesOf(ROOT).filter(isException);
  expect(excepted.map(({ name }) => name).toSorted()).toEqual(exceptions.map(({ name }) => name).toSorted());
  for (const { reason } of exceptions) expect(reason).toMatch(/\w{3} \w+/);
});

test.each([
  ['high', 1],
  ['critical', 1],
  ['moderate', 0],
])(
  'a known vulnerability is counted, and fails the check from severity high up: %s',
  async (severity, code) => {
    const registry = await knowing({ good: [advisory(severity)] });
    const found = await checkSupply(projectOf({ good }), registry);
    expect(found.stdout).toMatch(new RegExp(`^Vulnerabilities: .*1 ${severity}`, 'm'));
    expect(found.code).toBe(code);
    expect(found.stderr).toBe(code === 0 ? '' : '  There are severe vulnerabilities: npm audit\n');
  },
);

describe('the check for vulnerabilities', () => {
  test('fails in CI, and only warns elsewhere, when the registry fails or cannot be reached', async () => {
    const failing = await registryForTest((_request, response) => void response.writeHead(503).end());
    for (const registry of [failing, 'http://127.0.0.1:1']) {
      const project = projectOf({ good });
      const alone = await checkSupply(project, registry);
      expect(alone.stderr).toMatch(/^Vulnerabilities: NOT LOOKED FOR, /);
      expect(alone.code).toBe(0);
      const inCI = await checkSupply(project, registry, { CI: 'true' });
      expect(inCI.stderr).toMatch(/^ {2}Vulnerabilities: NOT LOOKED FOR, /);
      expect(inCI.code).toBe(1);
    }
  });

  test('only warns, in CI as well, when the registry does not offer advisories', async () => {
    const mirror = await registryForTest((_request, response) => void response.writeHead(405).end());
    const { code, stderr } = await checkSupply(projectOf({ good }), mirror, { CI: 'true' });
    expect(stderr).toBe('Vulnerabilities: NOT LOOKED FOR, the registry knows nothing of them (HTTP 405)\n');
    expect(code).toBe(0);
  });
});

test('a package that is not installed fails the check, with the advice to run npm ci', async () => {
  const project = projectOf({ good: { ...good, isInstalled: false } });
  const { code, stdout, stderr } = await checkSupply(project, await knowing({}));
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^node_modules\/good is not installed: npm ci\n/);
});
