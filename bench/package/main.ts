/**
 * Measures the package: its size, the time from an empty npm cache to the first answer, and its start and memory against the sources,
 * in turns. See docs/decisions/0012-built-package.md.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientEnv } from '../../scripts/check-readme/client-env.ts';
import { freePort } from '../../scripts/free-port.ts';

const ROUNDS = 5;
const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gateway-measure-'));
const env = { ...clientEnv(process.env), HOME: folder, npm_config_cache: join(folder, 'cache') };

try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).replace(/^[^[{]*/, ''),
  );
  const tarball = join(folder, packed.filename);
  console.log(
    `tarball ${megabytes(statSync(tarball).size)} MB, unpacked ${megabytes(packed.unpackedSize)} MB, ${packed.entryCount} files`,
  );
  console.log(`npx from an empty cache to the first answer: ${seconds(await firstAnswer(tarball))} s`);
  const installed = join(folder, 'installed');
  mkdirSync(installed);
  execFileSync('npm', ['install', '--prefix', installed, '--no-audit', tarball], {
    cwd: installed,
    stdio: 'ignore',
    env,
  });
  const source = join(root, 'bin/gateway.mjs');
  const built = join(installed, 'node_modules/campaign-interaction-gateway/bin/gateway.mjs');
  const ofSource: Start[] = [];
  const ofBuilt: Start[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ofSource.push(await start(source));
    ofBuilt.push(await start(built));
  }
  for (const [what, of, unit] of [
    ['start', (each: Start) => each.ms, 'ms'],
    ['resident before the first request', (each: Start) => each.rssMb, 'MB'],
  ] as const) {
    const [one, other] = [median(ofSource.map(of)), median(ofBuilt.map(of))];
    console.log(
      `${what}: sources ${Math.round(one)} ${unit}, package ${Math.round(other)} ${unit}: ${(other / one).toFixed(2)}x`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Start {
  readonly ms: number;
  readonly rssMb: number;
}

/** Starts a gateway over the embedded sandbox, and ends it once it listens. */
async function start(program: string): Promise<Start> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program], {
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.includes('The gateway is ready')) break;
  }
  const ms = performance.now() - startedMs;
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  const closed = once(child, 'close');
  child.kill('SIGINT');
  await closed;
  return { ms, rssMb: Number(kilobytes) / 1024 };
}

/** Milliseconds until `npx` has installed the package and its Node, and the gateway has answered a query. */
async function firstAnswer(tarball: string): Promise<number> {
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn('npx', ['--yes', '-p', 'node@26', '-p', tarball, 'campaign-interaction-gateway'], {
    cwd: folder,
    env: { ...env, PORT: String(port) },
    stdio: 'ignore',
    detached: true,
  });
  const closed = once(child, 'close');
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`npx has ended with ${child.exitCode}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return performance.now() - startedMs;
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await closed;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    return response.ok;
  } catch {
    return false;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(2);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
