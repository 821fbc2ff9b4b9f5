import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { UnexpectedErrors } from '../../src/observability/unexpected-errors.ts';
import { ask, GATEWAY, runningGateway, sandboxForTest } from '../support/running-gateway.ts';

const USER = '{ user(id: "user-1") { name } }';
const userAnswer = { data: { user: { name: 'Name of user-1' } } };

/** A gateway process that runs the code in `defect` at SIGUSR2. */
function defectiveGateway(defect: string, env: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), 'defect-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const module = join(folder, 'defect.mjs');
  writeFileSync(module, `process.on('SIGUSR2', () => { ${defect} });`);
  return runningGateway(env, [process.execPath, '--import', module, GATEWAY]);
}

const INFO = pino.levels.values['info'] ?? 0;

/** Log entries that are more than information, which is a line of each request and the process's beginning and end. */
function entriesOf(stdout: string): Record<string, unknown>[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"'));
  return lines.map((line) => JSON.parse(line)).filter(({ level }) => level > INFO);
}

test('an unhandled rejection is logged without its message, and harms no request', async () => {
  const sandbox = await sandboxForTest({
    faults: [{ kind: 'delay', ms: 1000, resource: 'users', times: 1 }],
  });
  const { child, closed, output, address } = await defectiveGateway(
    `void Promise.reject(new TypeError('hush +15550100'))`,
    { GENESYSCLOUD_API_URL: sandbox.url },
  );
  const answer = ask(address, USER);
  await expect.poll(() => sandbox.requests.length).toBe(1);
  child.kill('SIGUSR2');
  await expect.poll(() => output.stdout).toContain('A promise was rejected and not handled');
  expect(await answer).toEqual(userAnswer);
  expect(await ask(address, USER)).toEqual(userAnswer);
  expect((await fetch(new URL('/ready', address))).status).toBe(200);
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(entriesOf(output.stdout)).toEqual([
    expect.objectContaining({
      level: pino.levels.values['error'],
      kind: 'TypeError',
      frames: expect.arrayContaining([expect.stringMatching(/^at /)]),
    }),
  ]);
  expect(output.stdout + output.stderr).not.toContain('hush');
});

test('the log has the stack frames of a Node error, whose stack starts with its name and its code', async () => {
  const { child, output } = await defectiveGateway('void Promise.try(() => Buffer.from(5))', {});
  child.kill('SIGUSR2');
  await expect.poll(() => output.stdout).toContain('A promise was rejected and not handled');
  expect(entriesOf(output.stdout)).toMatchObject([
    { kind: 'TypeError', frames: expect.arrayContaining([expect.stringContaining('defect.mjs')]) },
  ]);
});

test('an uncaught exception, logged without its message, ends the gateway with 1 after open requests', async () => {
  const sandbox = await sandboxForTest({ faults: [{ kind: 'delay', ms: 1500, resource: 'users' }] });
  const { child, closed, output, address } = await defectiveGateway(
    `setInterval(() => undefined, 1000); throw Object.assign(new Error('hush'), { code: 'ERR_PLANTED' });`,
    { GENESYSCLOUD_API_URL: sandbox.url },
  );
  const answer = ask(address, USER);
  await expect.poll(() => sandbox.requests.length).toBe(1);
  child.kill('SIGUSR2');
  await expect
    .poll(() => fetch(new URL('/health', address)).catch((error: unknown) => error))
    .toBeInstanceOf(TypeError);
  expect(await answer).toEqual(userAnswer);
  expect(await closed).toEqual([1, null]);
  expect(entriesOf(output.stdout)).toEqual([
    expect.objectContaining({ level: pino.levels.values['fatal'], kind: 'Error', code: 'ERR_PLANTED' }),
  ]);
  expect(output.stdout + output.stderr).not.toContain('hush');
});

test('a rejection with any value is logged with its kind and stack frames, and without its text', () => {
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  const unexpected = new UnexpectedErrors(log);
  class OwnError extends Error {}
  const forged = new OwnError('hush\n    at hush (hush:1:1)');
  forged.name = 'hush';
  const withoutFrames = Object.assign(new Error('hush'), { stack: 'hush', code: 'hush' });
  for (const reason of ['hush', undefined, null, { hush: 1 }, new OwnError(), forged, withoutFrames]) {
    unexpected.rejected(reason);
  }
  expect(lines.map((line) => JSON.parse(line).kind)).toEqual([
    'string',
    'undefined',
    'null',
    'object',
    'OwnError',
    'OwnError',
    'Error',
  ]);
  expect(JSON.parse(lines[4] ?? '').frames[0]).toMatch(/^at .*unexpected-errors\.test\.ts/);
  expect(lines.join('')).not.toContain('hush');
});
