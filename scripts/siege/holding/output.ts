import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GATEWAY } from '../../gateway-process/gateway-process.ts';
import { freePort } from '../../free-port.ts';
import type { Ground } from './ground.ts';
import { above, type Outcome, type Scenario } from './scenario.ts';

/** Each is worth a kilobyte of log: together more than may wait to be written (docs/bounds.md), and than a pipe holds. */
const REQUESTS = 6500;
const LANES = 16;
const START_MS = 30_000;
const POLL_MS = 50;
const DRAIN_SECONDS = 1;
/** Time in which balancers notice, the drain, and a second for a busy machine. */
const MOST_ENDING_MS = 1000 + DRAIN_SECONDS * 1000 + 1000;

const KINDS = ['unread', 'full', 'closed'] as const;
type Kind = (typeof KINDS)[number];

/** A pipe that nobody reads, as a descriptor. Its name is gone before anything is written. */
function unreadPipe(): number {
  const folder = mkdtempSync(join(tmpdir(), 'siege-'));
  try {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    return openSync(path, constants.O_RDWR);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Null for a pipe whose reader has left. */
function descriptorOf(kind: Kind): number | null {
  if (kind === 'closed') return null;
  return kind === 'unread' ? unreadPipe() : openSync('/dev/full', constants.O_WRONLY);
}

/** Gateway with one output of this kind; the other is thrown away. */
async function gatewayWritingTo(ground: Ground, which: 'stdout' | 'stderr', kind: Kind) {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const fd = descriptorOf(kind);
  const stdio = (name: 'stdout' | 'stderr') => (name === which ? (fd ?? 'pipe') : 'ignore');
  const child = spawn(process.execPath, [GATEWAY], {
    env: {
      ...ground.settings,
      PORT: String(port),
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: 'debug',
      DRAIN_SECONDS: String(DRAIN_SECONDS),
    },
    stdio: ['ignore', stdio('stdout'), stdio('stderr')],
  });
  if (fd === null) child[which]?.destroy();
  else closeSync(fd);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  ground.atEnd(() => {
    process.off('exit', kill);
    kill();
  });
  const client = ground.client(port, { connections: LANES });
  const untilMs = performance.now() + START_MS;
  const isAlive = () =>
    client.get('/health').then(
      ({ status }) => status === 200,
      () => false,
    );
  // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
  while (!(await isAlive())) {
    if (child.exitCode !== null) throw new Error(`The gateway ends with ${child.exitCode}.`);
    if (performance.now() > untilMs) throw new Error('The gateway does not start.');
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(POLL_MS);
  }
  return { child, client, metricsPort };
}

async function writing(
  ground: Ground,
  which: 'stdout' | 'stderr',
  kind: Kind,
  requests: number,
): Promise<Outcome> {
  const { child, client, metricsPort } = await gatewayWritingTo(ground, which, kind);
  let sent = 0;
  let answered = 0;
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      while (sent < requests) {
        sent += 1;
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
        const { text } = await client.ask('{ __typename }').catch(() => ({ text: '' }));
        if (text === '{"data":{"__typename":"Query"}}') answered += 1;
      }
    }),
  );
  const scraped = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const dropped = Number(/^gateway_log_lines_dropped_total (\d+)$/m.exec(scraped)?.[1]);
  client.close();
  const sinceMs = performance.now();
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  await Promise.race([ended, delay(2 * MOST_ENDING_MS)]);
  const tookMs = performance.now() - sinceMs;
  const { exitCode } = child;
  const isCounted = which === 'stderr' || dropped > 0;
  return {
    figure: `${answered} of ${sent} answered, SIGTERM ends it in ${tookMs.toFixed(0)} ms${which === 'stdout' ? `, ${dropped} lines dropped` : ''}`,
    problems: [
      ...(answered < sent ? [`${sent - answered} requests were not answered`] : []),
      ...(exitCode === 0 ? [] : [`SIGTERM: exit code ${exitCode}`]),
      ...above('time from SIGTERM to the end', tookMs, MOST_ENDING_MS, ' ms'),
      ...(isCounted ? [] : ['no dropped line was counted']),
    ],
  };
}

/** Gateways whose output is one of each kind, all at once. */
async function writingTo(ground: Ground, which: 'stdout' | 'stderr', requests: number): Promise<Outcome> {
  const outcomes = await Promise.all(
    KINDS.map(async (kind) => ({ kind, ...(await writing(ground, which, kind, requests)) })),
  );
  return {
    figure: outcomes.map(({ kind, figure }) => `${kind}: ${figure}`).join('; '),
    problems: outcomes.flatMap(({ kind, problems }) => problems.map((problem) => `${kind}: ${problem}`)),
  };
}

/** Outputs of the process that take nothing. */
export const outputs: readonly Scenario[] = [
  {
    name: 'stdout',
    before: 'no answers, SIGTERM not heeded',
    openFiles: KINDS.length * LANES,
    run: (ground) => writingTo(ground, 'stdout', REQUESTS),
  },
  {
    // Little is ever written there.
    name: 'stderr',
    before: 'not measured',
    openFiles: KINDS.length * LANES,
    run: (ground) => writingTo(ground, 'stderr', REQUESTS / 50),
  },
];
