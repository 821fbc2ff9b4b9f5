/**
 * Follows the instructions for client developers to the letter: docs/codegen.md, in an empty folder for each tool, and the README
 * of `examples/client`. The gateway runs as README.md starts it.
 *
 * `node scripts/check-readme/main.ts [another codegen.md]`
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { settings } from '../../src/config/settings.ts';
import { clientEnv } from './client-env.ts';
import { followExample, followPart, GuideError, type Reader } from './follow.ts';
import { parseGuide, TOOLS } from './parse-guide.ts';
import { type Running, start } from './run-commands.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PORT = 4000;
/** Command that starts the gateway in a checkout. */
const START = 'npm start';
const START_LIMIT_MS = 60_000;

const over = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());

const env = clientEnv(process.env, [...Object.keys(settings), 'GATEWAY_URL', 'GATEWAY_TOKEN', 'SCHEMA']);

async function check(guidePath: string): Promise<void> {
  const parts = parseGuide(await readFile(guidePath, 'utf8'), TOOLS);
  await assertStartsAsDocumented();
  // localhost can mean either address: a server there would be asked instead of the gateway.
  await assertFree('127.0.0.1');
  await assertFree('::1');
  const gateway = start(START, ROOT, env, over.signal);
  try {
    await untilItListens(gateway);
    const node = start('node --version', ROOT, env, over.signal);
    await node.ended;
    console.log(`The gateway runs; its clients have Node ${node.output().trim()}.`);
    for (const part of parts) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other, because two would print at once
      await inFolder(part.title, (reader) => followPart(part, reader));
    }
    await inFolder('examples/client', (reader) => followExample(ROOT, reader));
  } finally {
    over.abort();
    await gateway.ended;
  }
}

async function assertStartsAsDocumented(): Promise<void> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  if (!readme.includes(`\`\`\`sh\nnpm ci\n${START}\n\`\`\``)) {
    throw new GuideError(`README.md does not start the gateway by npm ci and ${START}.`);
  }
}

async function assertFree(host: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(PORT, host);
    await once(server, 'listening');
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    // Other errors are ignored: a machine may have no IPv6.
    if (isTaken) throw new GuideError(`Port ${PORT} at ${host} is taken: end what listens there.`);
  } finally {
    server.close();
  }
}

async function untilItListens(gateway: Running): Promise<void> {
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  let hasEnded = false;
  const noteEnd = () => {
    hasEnded = true;
  };
  void gateway.ended.then(noteEnd, noteEnd);
  while (!gateway.output().includes(`http://localhost:${PORT}/graphql`)) {
    if (hasEnded || limit.aborted) throw new GuideError(`${START}:\n${gateway.output()}`);
    // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
    await delay(100);
  }
}

/** Runs `follow` in an empty folder, which is kept only on failure. */
async function inFolder(title: string, follow: (reader: Reader) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'check-readme-'));
  // The folder's name becomes the package's, which npm requires in lower case.
  const folder = join(parent, 'client');
  await mkdir(folder);
  const tell = (line: string) => console.log(`${title}: ${line}`);
  try {
    await follow({ folder, env, until: over.signal, tell });
  } catch (error) {
    if (!(error instanceof GuideError)) throw error;
    throw new GuideError(`${title}: ${error.message}\nIts folder is left as it is: ${folder}`, {
      cause: error,
    });
  }
  await rm(parent, { recursive: true });
}

try {
  const { positionals } = parseArgs({ allowPositionals: true });
  await check(positionals[0] ?? join(ROOT, 'docs/codegen.md'));
  console.log('All of it works as it is written.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
