import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { clientEnv } from '../../../scripts/check-readme/client-env.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { settingNames } from '../../../src/config/settings.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { TOKEN } from '../../support/gateway.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';
import { packedTarball } from './packed-tarball.ts';

const root = new URL('../../../', import.meta.url);
const env = clientEnv(process.env, settingNames);
const LIST = '{ campaignInteractions(campaignId: "campaign-1", first: 50) { nodes { agent { email } } } }';

// One install for all hosts: the examples as somebody would copy them, with the package as somebody would get it.
const folder = mkdtempSync(join(tmpdir(), 'gateway-hosts-'));
cpSync(fileURLToPath(new URL('examples/hosts/', root)), folder, { recursive: true });
npm('ci');
npm('install', '--no-save', await packedTarball());
const next = join(folder, 'node_modules/next/dist/bin/next');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hosts = [
  { name: 'Hono', program: ['hono.ts'], path: '/graphql' },
  { name: 'Fastify', program: ['fastify.ts'], path: '/graphql' },
  { name: 'Express', program: ['express.ts'], path: '/graphql' },
  {
    name: 'Next',
    build: [next, 'build', 'next'],
    program: [next, 'start', 'next', '--hostname', '127.0.0.1'],
    path: '/api/graphql',
    // Next ends by itself, without a hook for what its handlers hold: sometimes at once, sometimes after its connections.
    isEndedByForce: true,
  },
] as const;

describe.each(hosts)('in $name', (host) => {
  test('the gateway answers queries, GraphiQL with its files and bad requests, and ends with its host', async () => {
    if ('build' in host) await run(host.build);
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
    onTestFinished(() => sandbox.close());
    const port = await freePort();
    const child = spawn(process.execPath, [...host.program], {
      cwd: folder,
      env: { ...env, PORT: String(port), GENESYSCLOUD_API_URL: sandbox.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    const closed = once(child, 'close');
    const address = `http://127.0.0.1:${port}${host.path}`;
    const ask = (query: string, token = TOKEN) =>
      fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
    await expect
      .poll(() =>
        ask('{ __typename }').then(
          (answer) => answer.status,
          () => output,
        ),
      )
      .toBe(200);
    sandbox.requests.splice(0);

    const listed = await ask(LIST);
    const { data }: { data: { campaignInteractions: { nodes: { agent: { email: string } | null }[] } } } =
      JSON.parse(await listed.text());
    const emails = data.campaignInteractions.nodes.flatMap(({ agent }) => agent?.email ?? []);
    expect(emails.length).toBeGreaterThan(5);
    expect(sandbox.requests.map(({ resource }) => resource).toSorted()).toEqual([
      'campaignInteractions',
      'users',
    ]);

    const refused = await ask('{ user(id: "user-1") { name } }', 'unknown');
    expect(await refused.json()).toMatchObject({
      data: { user: null },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const tooLarge = await ask(`{ __typename } # ${'x'.repeat(150_000)}`);
    expect(tooLarge.status).toBe(413);

    const page = await fetch(address, { headers: { accept: 'text/html' } });
    const html = await page.text();
    const files = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(
      ([, file = '']) => new URL(file, address),
    );
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect((await fetch(file, { headers: { 'accept-encoding': 'br' } })).status).toBe(200);
    }

    if ('isEndedByForce' in host) return;
    child.kill('SIGTERM');
    expect((await closed)[0], output).toBe(0);
  }, 240_000);
});

test('the examples compile in strict mode against the types of the package', async () => {
  expect(await run([join(folder, 'node_modules/typescript/bin/tsc'), '-p', '.'])).toBe('');
}, 120_000);

test('the sandbox of the package serves the tests of an app', async () => {
  const output = await run(['sandbox.ts']);
  expect(output).toContain('"email"');
  expect(output).toContain('2 upstream calls');
});

test('docs/embed.md has the examples as they are', () => {
  const page = readFileSync(new URL('docs/embed.md', root), 'utf8');
  const blocks = [...page.matchAll(/^```\w+ (examples\/\S+)\n(.*?)^```$/gms)];
  expect(blocks.map(([, path]) => path)).toEqual([
    'examples/hosts/hono.ts',
    'examples/hosts/fastify.ts',
    'examples/hosts/express.ts',
    'examples/hosts/next/app/api/graphql/[[...file]]/route.ts',
    'examples/hosts/next/next.config.mjs',
    'examples/hosts/sandbox.ts',
  ]);
  for (const [, path = '', code] of blocks) {
    expect(existsSync(new URL(path, root))).toBe(true);
    expect(code).toBe(readFileSync(new URL(path, root), 'utf8'));
  }
});

function npm(...args: readonly string[]): void {
  execFileSync('npm', [...args, '--prefix', folder], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Output of a program that has to end with 0. */
async function run(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  expect(code, output).toBe(0);
  return output;
}
