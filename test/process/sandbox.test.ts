import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect, onTestFinished, test } from 'vitest';

import { parseSandboxSettings } from '../../src/sandbox/parse-sandbox-settings.ts';
import { PROFILES } from '../../src/sandbox/profiles.ts';

const MAIN = fileURLToPath(new URL('../../bin/gateway.mjs', import.meta.url));

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN, 'sandbox'], { env });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  return { child, output, closed: once(child, 'close') };
}

test('the stand-alone sandbox prints its address and login, and ends at SIGTERM although requests hang', async () => {
  const { child, output, closed } = run({
    SANDBOX_PORT: '0',
    SANDBOX_FAULTS: '[{"kind":"hang","resource":"users"},{"kind":"delay","ms":600000,"resource":"queues"}]',
  });
  await expect.poll(() => output.stdout, { timeout: 10_000 }).toContain('client secret  sandbox');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.stdout)?.[0] ?? '';
  const login = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('sandbox:sandbox')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const granted: unknown = await login.json();
  const token = granted instanceof Object && 'access_token' in granted ? String(granted.access_token) : '';
  const kept = ['/api/v2/users', '/api/v2/routing/queues'].map((path) =>
    fetch(url + path, { headers: { authorization: `Bearer ${token}` } }).catch((error: unknown) => error),
  );
  // One round trip later the two requests are under way: nothing outside shows that a request hangs.
  await fetch(`${url}/api/v2/tokens/me`, { headers: { authorization: `Bearer ${token}` } });
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  for (const answer of kept) expect(await answer).toBeInstanceOf(TypeError);
});

test('the stand-alone sandbox applies the profile of SANDBOX_PROFILE, and prints what the profile does', async () => {
  const { output } = run({ SANDBOX_PORT: '0', SANDBOX_PROFILE: 'throttledLogin' });
  await expect
    .poll(() => output.stdout, { timeout: 10_000 })
    .toContain(`throttledLogin: ${PROFILES.throttledLogin.description}\n`);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.stdout)?.[0] ?? '';
  const login = await fetch(`${url}/oauth/token`, { method: 'POST' });
  expect(await login.json()).toMatchObject({
    error_description: expect.stringContaining('rate limit exceeded'),
  });
});

test('the stand-alone sandbox prints all wrong settings at once, and exits with 1', async () => {
  const { output, closed } = run({
    SANDBOX_PORT: '70000',
    SANDBOX_FAULTS: '[{"kind":"delay"}]',
    SANDBOX_PROFILE: 'toString',
  });
  expect(await closed).toEqual([1, null]);
  expect(output.stdout).toBe('');
  expect(output.stderr).toContain('SANDBOX_PORT must be a whole number from 0 to 65535, but is "70000"');
  expect(output.stderr).toContain('SANDBOX_FAULTS: fault 1: ms must be a number from 0 up');
  const names = Object.keys(PROFILES).join(', ');
  expect(output.stderr).toContain(`SANDBOX_PROFILE must be one of ${names}, but is "toString"`);
});

test('unset and blank settings have their defaults', () => {
  expect(parseSandboxSettings({ SANDBOX_SEED: ' ', SANDBOX_FAULTS: '', SANDBOX_PROFILE: ' ' })).toEqual({
    settings: { port: 4100, seed: 1, latencyMs: 0, callsPerMinute: 300, faults: [], profile: null },
    problems: [],
  });
});

test('settings are read from the environment', () => {
  const env = {
    SANDBOX_PORT: '4200',
    SANDBOX_SEED: '7',
    SANDBOX_LATENCY_MS: '30',
    SANDBOX_RATE_LIMIT: '60',
    SANDBOX_FAULTS: '[{"kind":"hang","resource":"users","rate":0.01}]',
    SANDBOX_PROFILE: 'hiddenLimit',
  };
  expect(parseSandboxSettings(env).settings).toEqual({
    port: 4200,
    seed: 7,
    latencyMs: 30,
    callsPerMinute: 60,
    faults: [{ kind: 'hang', resource: 'users', rate: 0.01 }],
    profile: 'hiddenLimit',
  });
});
