import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { parse } from 'yaml';
import { describe, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { ask, GATEWAY, run, runningGateway, sandboxForTest } from '../support/running-gateway.ts';

const root = new URL('../../', import.meta.url);

/** Output of a command line, once it has ended. */
async function outputOf(line: string, env: Readonly<Record<string, string>> = {}, cwd?: string) {
  const words = line.split(' ').filter((word) => word !== '');
  const { closed, output } = run(
    env,
    [process.execPath, GATEWAY, ...words],
    cwd === undefined ? {} : { cwd },
  );
  const [code] = await closed;
  return { code, ...output };
}

function folderForTest(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-commands-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('the command', () => {
  test('tells its version and its help', async () => {
    expect(await outputOf('--version')).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
    const { code, stdout } = await outputOf('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}doctor /m);
    expect((await outputOf('help config')).stdout).toContain('config [schema]');
  });

  test('refuses what it does not know with what is meant, and starts nothing', async () => {
    expect(await outputOf('strat')).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^There is no command "strat": start is probably meant\.\n/),
    });
  });

  test('prints the schema of clients, or that of a subgraph', async () => {
    const { stdout } = await outputOf('schema');
    expect(stdout).toBe(readFileSync(new URL('schema.graphql', root), 'utf8'));
    const subgraph = await outputOf('schema', { SUBGRAPH: 'on' });
    expect(subgraph.stdout).toContain('@key(fields: "id")');
    expect(buildSchema(stdout).getQueryType()?.name).toBe('Query');
  });

  test('prints no schema for wrong settings', async () => {
    expect(await outputOf('schema', { MAX_DEPTH: 'deep' })).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('MAX_DEPTH must be a whole number'),
    });
  });
});

describe('the command config', () => {
  const file =
    'upstream:\n  region: eu-west-1\n  accessToken: a-secret\noperations:\n  limits: { maxDepth: 9 }\n';

  test('prints what is set and where, hides secrets, and ends with 0', async () => {
    const cwd = folderForTest({ 'gateway.yaml': file });
    const { code, stdout } = await outputOf('config --config gateway.yaml', { MAX_ALIASES: '5' }, cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}MAX_DEPTH +9 {2}\(gateway\.yaml:5; default 12\)$/m);
    expect(stdout).toMatch(/^ {2}MAX_ALIASES +5 {2}\(environment: MAX_ALIASES; default 30\)$/m);
    expect(stdout).toMatch(/^ {2}GENESYSCLOUD_ACCESS_TOKEN +\(hidden\) /m);
    expect(stdout).not.toContain('a-secret');
    expect(stdout).toContain('The gateway would start with these settings.');
  });

  test('prints problems and warnings, also for programs, and ends with 1 where there are problems', async () => {
    const { code, stdout } = await outputOf('config --format json', { MAX_DEPTH: 'deep' });
    expect(code).toBe(1);
    const { settings, problems, warnings } = JSON.parse(stdout);
    expect(problems).toEqual(['MAX_DEPTH must be a whole number from 1 to 100; it is "deep".']);
    expect(warnings).toEqual([]);
    expect(settings[0]).toEqual({
      name: 'PORT',
      option: 'server.port',
      value: '0',
      isHidden: false,
      origin: 'environment: PORT',
      default: '4000',
      unit: null,
    });
    const warned = await outputOf('config', { GENESYSCLOUD_REGION: 'eu-west-1', REPLICAS: '3' });
    expect(warned.code).toBe(0);
    expect(warned.stdout).toMatch(/^Warnings:\n {2}- REPLICAS is 3 without REDIS_URL: /m);
  });

  test('prints the JSON Schema of the file', async () => {
    const { code, stdout } = await outputOf('config schema');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { operations: { properties: { limits: { properties: { maxDepth: { default: 12 } } } } } },
    });
  });
});

describe('a gateway with a file of settings', () => {
  test('starts with it, and logs its warnings', async () => {
    const sandbox = await sandboxForTest();
    const cwd = folderForTest({
      'gateway.yaml': `upstream:\n  apiUrl: ${sandbox.url}\n  replicas: 2\noperations: { limits: { maxDepth: 2 } }\n`,
    });
    const { address, output } = await runningGateway(
      {},
      [process.execPath, GATEWAY, '--config', 'gateway.yaml'],
      { cwd },
    );
    expect(await ask(address, '{ user(id: "user-1") { name } }')).toMatchObject({
      data: { user: { name: 'Name of user-1' } },
    });
    expect(await ask(address, '{ user(id: "user-1") { manager { name } } }')).toMatchObject({ errors: [{}] });
    expect(output.stdout).toContain('upstream.replicas is 2 without REDIS_URL');
  });

  test('does not start with a wrong one, and says all that is wrong', async () => {
    const cwd = folderForTest({ 'gateway.yaml': 'upstream: { region: nowhere }\nserver: { prot: 1 }\n' });
    const { code, stderr } = await outputOf('start --config gateway.yaml', {}, cwd);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^The gateway cannot start:\n {2}- .*server\.prot is no option: .*\n {2}- .*upstream\.region must be /s,
    );
  });

  test('can be the one that docs/configure.md shows', async () => {
    const page = readFileSync(new URL('docs/configure.md', root), 'utf8');
    const [, shown = ''] = /^```yaml gateway\.yaml\n(.*?)^```/ms.exec(page) ?? [];
    expect(parse(shown)).toMatchObject({ upstream: { region: 'eu-west-1' } });
    const cwd = folderForTest({
      'gateway.yaml': shown.replace('secrets/client-secret', 'client-secret'),
      'client-secret': 'x',
    });
    const { code, stdout } = await outputOf('config --config gateway.yaml', {}, cwd);
    expect(code, stdout).toBe(0);
  });
});
