import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { clientEnv } from '../../../scripts/check-readme/client-env.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { settings } from '../../../src/config/settings.ts';
import { ask, runningGateway } from '../../support/running-gateway.ts';
import { buildImage, type Image, pathIn, RunError } from './build-image.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

/** An empty folder, removed with the test. */
function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // The gateway in this folder runs as another user.
  chmodSync(folder, 0o755);
  return folder;
}

/** A PATH with only a copy of this Node, which any user can run. */
function pathOfNode(): string {
  const bin = folderForTest();
  copyFileSync(process.execPath, join(bin, 'node'));
  return bin;
}

/** The built image; null when the npm registry cannot be reached. */
function builtOrOffline(path: string): Image | null {
  const env = clientEnv(process.env, Object.keys(settings));
  const PATH = [path, env['PATH']].join(delimiter);
  try {
    return buildImage(dockerfile, { context: root, folder: folderForTest(), env: { ...env, PATH } });
  } catch (error) {
    const isOffline =
      error instanceof RunError &&
      /EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(error.message);
    // CI never skips: nobody would notice there.
    if (!isOffline || process.env['CI'] !== undefined) throw error;
    return null;
  }
}

/** User and group of the image; empty when this process is not root and cannot switch. */
function userOf({ user }: Image) {
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  return process.getuid?.() === 0 ? { uid, gid } : {};
}

test('the image has the gateway and nothing else, answers as a user other than root, and ends at SIGTERM', async ({
  skip,
}) => {
  const path = pathOfNode();
  const image = builtOrOffline(path);
  if (image === null) return skip('npm ci needs the registry, which cannot be reached');

  expect(image.base).toBe(`node:${packageJson.devDependencies.node.split('.')[0]}-slim`);
  expect(readdirSync(image.root)).toEqual(['gateway']);
  expect(readdirSync(pathIn(image, '.')).toSorted()).toEqual([
    'LICENSE',
    'bin',
    'dist',
    'node_modules',
    'package.json',
  ]);
  expect(readdirSync(pathIn(image, 'node_modules'))).toEqual(Object.keys(packageJson.peerDependencies));
  expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(image.ports).toEqual([settings.PORT.default]);
  expect(image.env['HOST']).toBe('0.0.0.0');

  const PORT = String(await freePort());
  // Loopback instead of the image's HOST, so that other machines cannot connect.
  const env = { ...image.env, PATH: path, PORT, HOST: '127.0.0.1', SANDBOX: '1' };
  const place = { cwd: pathIn(image, '.'), ...userOf(image) };
  const health = async () => {
    const [program = '', ...args] = image.healthcheck;
    const [code] = await once(spawn(program, args, { ...place, env, stdio: 'ignore' }), 'exit');
    return code;
  };
  expect(await health()).toBe(1);
  const { child, closed, output, address, query } = await runningGateway(env, image.command, place);
  expect(await health()).toBe(0);
  const answer = await ask(address, query, null);
  expect(answer.errors).toBeUndefined();
  expect(answer.data.campaignInteractions.nodes).toHaveLength(3);
  child.kill('SIGTERM');
  expect(await closed).toEqual([0, null]);
  expect(output.stderr).toBe('');
  expect(await health()).toBe(1);
  // All packages are installed, and the package is built.
}, 300_000);

describe('buildImage', () => {
  test.each([
    ['an unknown instruction', 'FROM x\nADD a b/', 'How is this done? ADD'],
    ['an unknown flag', 'FROM x\nCOPY --chmod=755 bin bin/', 'How is this done? COPY'],
    ['a command in shell form', 'FROM x\nCMD node bin/gateway.mjs', 'How is this done? CMD'],
    ['a RUN command of another kind', 'FROM x\nRUN apt-get update', 'How is this done? RUN'],
    ['a variable', 'FROM x\nWORKDIR /$HOME', 'How is this done? WORKDIR'],
    ['an instruction before FROM', 'WORKDIR /', 'How is this done? WORKDIR'],
    ['a file that the context does not have', 'FROM x\nCOPY nothing ./', 'There is no nothing to copy'],
    ['a file that .dockerignore excludes', 'FROM x\nCOPY README.md ./', 'There is no README.md to copy'],
    ['a Dockerfile without instructions', '# nothing', 'makes no image'],
  ])('refuses %s', (_what, text, message) => {
    const build = { context: root, folder: folderForTest(), env: {} };
    expect(() => buildImage(text, build)).toThrow(message);
  });

  test('copies only the files of the context that .dockerignore names', () => {
    const image = buildImage('FROM x\nCOPY . ./', { context: root, folder: folderForTest(), env: {} });
    expect(readdirSync(image.root).toSorted()).toEqual([
      '.npmrc',
      'LICENSE',
      'bin',
      'package-lock.json',
      'package.json',
      'schema',
      'schema.graphql',
      'scripts',
      'src',
    ]);
    expect(readdirSync(pathIn(image, 'scripts'))).toEqual(['build']);
  });
});
