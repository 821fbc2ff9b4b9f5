import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { ask, run, runningGateway, sandboxForTest } from '../../support/running-gateway.ts';
import { env, installPackage } from './installed-package.ts';
import { packedTarball } from './packed-tarball.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tarball = await packedTarball();
const folder = await installPackage('@types/node@26', 'typescript@7', 'typescript-5@npm:typescript@5.9');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = join(folder, 'node_modules/campaign-interaction-gateway');
const program = join(folder, 'node_modules/.bin/campaign-interaction-gateway');
/** Preload that prints the files of the package that are loaded, once the process ends. */
const LISTING = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  process.on('exit', () => process.stderr.write('LOADED ' + JSON.stringify(loaded)));
`)}`;

const tool = (name: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'node_modules', name), ...args], {
    cwd: root,
    env: process.env,
    encoding: 'utf8',
  });

describe('the tarball', () => {
  const files = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((file) => file.replace(/^package\//, ''));

  test('is light, and has what is built and nothing else', () => {
    const bytes = statSync(tarball).size;
    console.log(`The tarball has ${(bytes / 1e6).toFixed(2)} MB and ${files.length} files.`);
    expect(bytes).toBeLessThanOrEqual(3_000_000);
    const unexpected = files.filter(
      (file) =>
        !/^(?:bin\/gateway\.mjs|dist\/types\/[\w/-]+\.d\.ts|dist\/(?:chunks\/)?[\w.-]+\.js|dist\/graphiql\/[\w.-]+\.(?:br|json)|dist\/THIRD-PARTY-LICENCES\.txt|schema\.graphql|package\.json|README\.md|LICENSE)$/.test(
          file,
        ),
    );
    expect(unexpected).toEqual([]);
  });

  test('is as publint and attw want packages to be', () => {
    const linted = tool('publint/src/cli.js', tarball, '--strict');
    expect(linted.status, linted.stdout + linted.stderr).toBe(0);
    expect(linted.stdout).toContain('All good!');
    const typed = tool(
      '@arethetypeswrong/cli/dist/index.js',
      tarball,
      '--profile',
      'esm-only',
      '--exclude-entrypoints',
      'schema.graphql',
    );
    expect(typed.status, typed.stdout + typed.stderr).toBe(0);
  });

  test('has types that name no package but the peer and Node', () => {
    const folderOfTypes = join(installed, 'dist/types');
    const names = globSync('**/*.d.ts', { cwd: folderOfTypes });
    expect(names).toContain('index.d.ts');
    for (const name of names) {
      const types = readFileSync(join(folderOfTypes, name), 'utf8');
      const named = [...types.matchAll(/(?:from|import\()\s*["']([^"']+)["']/g)].map(([, each = '']) => each);
      expect(named.filter((each) => !/^(?:node:|graphql$|\.)/.test(each))).toEqual([]);
    }
  });

  test('needs no package but its peer, and has the licences of what is built in', () => {
    expect(packageJson).not.toHaveProperty('dependencies');
    const others = readdirSync(join(folder, 'node_modules')).filter(
      (name) => !/^\.|^@types$|typescript|undici-types/.test(name),
    );
    expect(others).toEqual(['campaign-interaction-gateway', 'graphql']);
    const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENCES.txt'), 'utf8');
    for (const name of ['graphql-yoga', 'undici', '@redis/client', '@graphql-yoga/render-graphiql']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
    expect(licences).not.toContain('undefined');
    const sections = licences.split(`${'-'.repeat(78)}\n`).slice(1);
    expect(sections.length).toBeGreaterThan(50);
    expect(sections.filter((section) => !/copyright|public domain/i.test(section))).toEqual([]);
    expect(sections.filter((section) => section.length < 500)).toEqual([]);
  });
});

describe('an app', () => {
  test('imports the gateway, the sandbox and the schema, in strict TypeScript 5 and 7', () => {
    writeFileSync(
      join(folder, 'app.ts'),
      `import { readFileSync } from 'node:fs';
import { ConfigError, createGateway, type Gateway, type GatewayOptions } from 'campaign-interaction-gateway';
import { EXAMPLE_CAMPAIGN_ID, startSandbox } from 'campaign-interaction-gateway/sandbox';

const sandbox = await startSandbox({ tokens: ['token'], profile: 'fewIds' });
const options: GatewayOptions = { upstream: { apiUrl: sandbox.url, timeoutMs: '4s' }, server: { graphiql: false } };
const gateway: Gateway = await createGateway(options);
const response = await gateway.fetch(
  new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer token' },
    body: JSON.stringify({ query: \`{ campaign(id: "\${EXAMPLE_CAMPAIGN_ID}") { id dialingMode } }\` }),
  }),
);
console.log(await response.text());
console.log(gateway.schema.getQueryType()?.name);
console.log(readFileSync(new URL(import.meta.resolve('campaign-interaction-gateway/schema.graphql')), 'utf8').length > 1000);
// @ts-expect-error An upstream is needed.
await createGateway({}).catch((error: unknown) => console.log(error instanceof ConfigError));
// @ts-expect-error A duration has a unit that is known.
const wrong: GatewayOptions = { upstream: { region: 'eu-west-1', timeoutMs: '4d' } };
void wrong;
await gateway.dispose();
await sandbox.close();
`,
    );
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'esnext',
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          types: ['node'],
        },
        files: ['app.ts'],
      }),
    );
    for (const compiler of ['typescript', 'typescript-5']) {
      const compiled = spawnSync(process.execPath, [`node_modules/${compiler}/bin/tsc`, '-p', '.'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(compiled.stdout + compiled.stderr).toBe('');
    }
    // Nothing is left running: the process ends by itself.
    const ran = spawnSync(process.execPath, ['app.ts'], {
      cwd: folder,
      encoding: 'utf8',
      env,
      timeout: 60_000,
    });
    expect(ran.status, ran.stderr).toBe(0);
    expect(ran.stdout.split('\n')).toEqual([
      expect.stringMatching(/^{"data":{"campaign":{"id":"[\w-]+","dialingMode":"\w+"}}}$/),
      'Query',
      'true',
      'true',
      '',
    ]);
  });
});

describe('the library', () => {
  test('is bundled into an app that has no packages beside it, with one copy of graphql', async () => {
    const entry = join(folder, 'to-bundle.ts');
    writeFileSync(
      entry,
      `import { createGateway } from 'campaign-interaction-gateway';
import { GraphQLSchema, graphql } from 'graphql';

const gateway = await createGateway({ upstream: { region: 'eu-west-1' } });
const asked = new Request('http://localhost/graphql?query={__typename}', { headers: { accept: 'application/json', 'x-graphql-yoga-csrf': '1' } });
console.log(await (await gateway.fetch(asked)).text());
console.log(gateway.schema instanceof GraphQLSchema);
console.log(JSON.stringify(await graphql({ schema: gateway.schema, source: '{ __typename }' })));
await gateway.dispose();
`,
    );
    const elsewhere = mkdtempSync(join(tmpdir(), 'bundled-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    const bundle = await rolldown({ input: entry, platform: 'node', logLevel: 'silent' });
    await bundle.write({ dir: elsewhere, format: 'esm', entryFileNames: '[name].mjs' });
    const ran = spawnSync(process.execPath, ['to-bundle.mjs'], { cwd: elsewhere, env, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toBe('{"data":{"__typename":"Query"}}\ntrue\n{"data":{"__typename":"Query"}}\n');
  });

  test('leaves the process of an app as it is', () => {
    writeFileSync(
      join(folder, 'listeners.ts'),
      `import { createGateway } from 'campaign-interaction-gateway';

const counted = () => process.eventNames().map((name) => [name, process.listenerCount(name)]);
const before = counted();
const gateway = await createGateway({ upstream: { region: 'eu-west-1' } });
await gateway.fetch(new Request('http://localhost/graphql'));
console.log(JSON.stringify(counted()) === JSON.stringify(before));
await gateway.dispose();
`,
    );
    const ran = spawnSync(process.execPath, ['listeners.ts'], { cwd: folder, env, encoding: 'utf8' });
    expect([ran.stdout, ran.stderr]).toEqual(['true\n', '']);
    // The main file of undici would set the dispatcher of every \`fetch\` of the app.
    const built = globSync('dist/**/*.js', { cwd: installed }).map((file) =>
      readFileSync(join(installed, file), 'utf8'),
    );
    expect(built.filter((code) => code.includes('undici.globalDispatcher'))).toEqual([]);
  });
});

describe('the command', () => {
  test('tells its version, and prints the schema', () => {
    const output = (...args: readonly string[]) =>
      execFileSync(process.execPath, [program, ...args], { cwd: folder, env, encoding: 'utf8' });
    expect(output('--version')).toBe(`${packageJson.version}\n`);
    expect(output('schema')).toBe(readFileSync(join(root, 'schema.graphql'), 'utf8'));
    expect(output('config')).toContain('The gateway would start with these settings.');
    expect(output('help', 'doctor')).toContain('--token-file');
  });

  test('starts over the sandbox, answers the query that it prints, and ends at SIGTERM', async () => {
    const { child, closed, output, address, query } = await runningGateway({}, [process.execPath, program], {
      cwd: folder,
    });
    const { data, errors } = await ask(address, query, null);
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.nodes).toHaveLength(3);
    child.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
    expect(output.stderr).toBe('');
  });

  test('serves GraphiQL with all its files, in each coding', async () => {
    const { address } = await runningGateway({}, [process.execPath, program], { cwd: folder });
    const page = await fetch(address, { headers: { accept: 'text/html' } });
    const html = await page.text();
    const hash = /'(sha256-[^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1];
    expect(hash).toBeDefined();
    const files = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(
      ([, file = '']) => new URL(file, address),
    );
    expect(files).toHaveLength(3);
    for (const file of files) {
      const [plain, gzip, br] = await Promise.all(
        ['identity', 'gzip', 'br'].map((coding) => coded(file, coding)),
      );
      expect(plain?.length).toBeGreaterThan(10_000);
      expect(gunzipSync(gzip ?? '').equals(plain ?? Buffer.of())).toBe(true);
      expect(brotliDecompressSync(br ?? '').equals(plain ?? Buffer.of())).toBe(true);
    }
  });

  test('loads Redis, traces, metrics, the subgraph and the sandbox only where they are wanted', async () => {
    const { url } = await sandboxForTest();
    const usual = await loadedBy({ GENESYSCLOUD_API_URL: url });
    const all = await loadedBy({
      GENESYSCLOUD_API_URL: url,
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      SUBGRAPH: 'on',
      REDIS_URL: 'redis://127.0.0.1:9',
      REDIS_PEPPER: 'p'.repeat(32),
    });
    const onDemand = ['client', 'traces', 'gateway-metrics', 'subgraph-schema'];
    for (const name of onDemand) {
      expect(usual.filter((file) => file.startsWith(name))).toEqual([]);
      expect(all.filter((file) => file.startsWith(name))).toHaveLength(1);
    }
    const ofSandbox = (files: readonly string[]) => files.filter((file) => file.startsWith('start-sandbox'));
    expect(ofSandbox(usual)).toEqual([]);
    expect(ofSandbox(await loadedBy({}))).not.toEqual([]);
    expect(usual.length).toBeLessThan(25);
  });

  test('says in one line what an old Node lacks', ({ skip }) => {
    const old = process.env['OLD_NODE'];
    if (old === undefined) return skip('OLD_NODE names no Node that is too old');
    const ran = spawnSync(old, [program], { cwd: folder, encoding: 'utf8', env });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(
      /^The gateway needs Node 24 or newer, and this is \d+\.\d+\.\d+: with npx, .*\n$/,
    );
    const imported = spawnSync(
      old,
      ['--eval', "import('campaign-interaction-gateway').catch(({ message }) => console.log(message))"],
      { cwd: folder, encoding: 'utf8', env },
    );
    expect(imported.stdout).toBe('campaign-interaction-gateway needs Node 24 or newer.\n');
  });
});

async function coded(file: URL, coding: string): Promise<Buffer> {
  // `fetch` would take the coding off.
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(file, { headers: { 'accept-encoding': coding } }, (response) => {
      expect(response.headers['content-encoding']).toBe(coding === 'identity' ? undefined : coding);
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve(Buffer.concat(chunks)));
    })
      .on('error', reject)
      .end();
  });
}

/** Names of the package's files that a gateway loads until it listens. */
async function loadedBy(settings: Readonly<Record<string, string>>): Promise<string[]> {
  const { child, closed, output } = run(settings, [process.execPath, '--import', LISTING, program], {
    cwd: folder,
  });
  await expect.poll(() => output.stdout, { timeout: 30_000 }).toContain('The gateway is ready');
  child.kill('SIGINT');
  await closed;
  const [, loaded = '[]'] = /LOADED (\[.*\])/.exec(output.stderr) ?? [];
  const urls: string[] = JSON.parse(loaded);
  const chunks = pathToFileURL(join(installed, 'dist/')).href;
  return urls.filter((url) => url.startsWith(chunks)).map((url) => url.slice(url.lastIndexOf('/') + 1));
}
