import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../scripts/free-port.ts';
import { sandboxForTest, settingsOver } from '../support/doctor.ts';
import { fileForTest } from '../support/secured.ts';
import { GATEWAY } from '../support/running-gateway.ts';

const TOKEN = 'token-that-nobody-may-see';

interface Run {
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input, which ends then; null leaves it open. @default null */
  readonly input?: string | null;
}

/** Runs `doctor` with these arguments, and with no other settings than these. */
async function doctor(args: readonly string[], { env = {}, input = null }: Run = {}) {
  const child = spawn(process.execPath, [GATEWAY, 'doctor', ...args], { env: { PORT: '0', ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  if (input !== null) child.stdin.end(input);
  const [code]: unknown[] = await once(child, 'close');
  return { code, ...output };
}

test('doctor without settings starts the sandbox, says that it is invented, and exits with 0', async () => {
  const { code, stdout, stderr } = await doctor([]);
  expect(stderr).toBe('');
  expect(stdout).toContain('the embedded sandbox, whose organisation is invented');
  expect(stdout).toContain('-> GENESYSCLOUD_REGION names the region of an organisation of your own.');
  expect(stdout).toMatch(/The gateway works here\. Exit code 0 \(works\); 12 calls/);
  expect(code).toBe(0);
});

test('doctor prints every problem of the settings, makes no call, and exits with 2', async () => {
  const { code, stdout } = await doctor(['--format', 'json'], {
    env: { MAX_DEPTH: 'none', GENESYSCLOUD_OAUTHCLIENT_ID: 'a' },
  });
  const report: unknown = JSON.parse(stdout);
  expect(report).toMatchObject({ result: 'does not work', calls: 0 });
  expect(stdout).toContain('MAX_DEPTH must be');
  expect(stdout).toContain('GENESYSCLOUD_OAUTHCLIENT_SECRET');
  expect(code).toBe(2);
});

test('doctor reads the file of --config, and shows what is questionable in it without counting that as less', async () => {
  const file = fileForTest('server:\n  port: 0\n  drainSeconds: 40\n');
  const { code, stdout } = await doctor(['--config', file]);
  expect(stdout).toMatch(/^warn +configuration: .*40.*Kubernetes/m);
  expect(code).toBe(0);
});

test('doctor exits with 1 when a permission is missing, as the token of standard input tells', async () => {
  const sandbox = await sandboxForTest({
    tokens: [{ token: TOKEN, permissions: ['outbound:campaign:view'] }],
  });
  const { code, stdout, stderr } = await doctor(['--token-file', '-'], {
    env: { GENESYSCLOUD_API_URL: sandbox.url },
    input: `Bearer ${TOKEN}\n`,
  });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^warn +token: Standard input begins with "Bearer"/m);
  expect(stdout).toMatch(
    /^fail +permission routing:queue:view: Missing: .*\n +Null without it, with an error: Query\.queue; Queue \{ description/m,
  );
  expect(stdout).not.toContain(TOKEN);
  expect(code).toBe(1);
  expect(sandbox.requests.map(({ token }) => token)).toContain(TOKEN);
});

test('doctor reads the token of a file', async () => {
  const sandbox = await sandboxForTest({ tokens: [TOKEN] });
  const file = fileForTest(TOKEN);
  chmodSync(file, 0o600);
  const { code, stdout } = await doctor([`--token-file=${file}`], {
    env: { GENESYSCLOUD_API_URL: sandbox.url },
  });
  expect(stdout).toContain('The API accepts the token of --token-file.');
  expect(code).toBe(0);
});

test('doctor ends although nothing answers, and exits with 2', async () => {
  const sandbox = await sandboxForTest({ faults: [{ kind: 'hang' }] });
  const { code, stdout } = await doctor([], { env: settingsOver(sandbox) });
  expect(stdout).toContain('no answer came within 1.5 s');
  expect(code).toBe(2);
});

test('doctor does not hold up a gateway that is started next on the same port', async () => {
  const port = String(await freePort());
  expect((await doctor([], { env: { PORT: port } })).stdout).toContain(
    `127.0.0.1:${port} is free to listen on.`,
  );
  expect((await doctor([], { env: { PORT: port } })).code).toBe(0);
});
