import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { tokenOf } from '../../../scripts/siege/attack.ts';
import { assaults, attacks } from '../../../scripts/siege/attacks/index.ts';
import { Course } from '../../../scripts/siege/besiege.ts';
import { failures, failuresOf } from '../../../scripts/siege/failures.ts';
import { hold } from '../../../scripts/siege/holding/hold.ts';
import { scenarios } from '../../../scripts/siege/holding/index.ts';
import { above } from '../../../scripts/siege/holding/scenario.ts';
import { judge } from '../../../scripts/siege/judge.ts';
import { parseSiegeSettings } from '../../../scripts/siege/parse-siege-settings.ts';
import type { Fought } from '../../../scripts/siege/run-siege.ts';
import type { Reply } from '../../../scripts/siege/send.ts';
import { createRandom } from '../../../src/sandbox/random.ts';
import { Finding } from '../../../scripts/soak/finding.ts';
import { whySkippedWithoutRedis } from '../../support/redis.ts';
import { type NodeRun, runNode } from '../../support/run-node.ts';

/** Attacks of each kind; `npm run siege` sends all of them. */
const SHORT = [
  'nested-beyond',
  'nested-any',
  'nested-get',
  'nested-entities',
  'nested-within',
  'failing-rows',
  'failing-many-lines',
  'quoting-names',
  'variables-unknown-fields',
  'variables-deep',
  'variables-wrong',
  'introspection-aliases',
  'fragments-doubling',
  'json-deepest',
  'json-long',
  'upstream-4-mb',
  'fields-1',
  'fields-leaving',
  'bytes-1',
  'bytes-beyond',
  'mixture-of-refused',
];
/** Scenario that is soon over; others need thousands of connections. */
const HELD = 'graphiql-unread';

/** Several times what a siege takes on a machine that does nothing else. */
const TIMEOUT_MS = 240_000;

const MAIN = new URL('../../../scripts/siege/main.ts', import.meta.url);

function siege(env: Readonly<Record<string, string>>): Promise<NodeRun> {
  return runNode([MAIN], env);
}

/** Number of requests in the printed row of this name. */
function requestsOf({ stdout }: NodeRun, name: string): number {
  return Number(new RegExp(`^  ${name} +(\\d+) `, 'm').exec(stdout)?.[1] ?? 0);
}

function childrenOf(pid: number): number[] {
  return [...readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').matchAll(/\d+/g)].map(Number);
}

/** Command line of a process; empty once it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** True when the process runs. A zombie, whose exit code nobody has read, does not. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a short siege', () => {
  let run: NodeRun;
  beforeAll(async () => {
    run = await siege({ SIEGE_SECONDS: '6', SIEGE_ATTACKS: [...SHORT, HELD].join(',') });
  }, TIMEOUT_MS);

  test('is withstood by the gateway', () => {
    expect(run.stdout).toMatch(/^Siege of 6 s against a gateway with 384 MB of heap, SIEGE_SEED=\d+\n/);
    expect(run, run.stdout + run.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/\nAll of it holds\.\n$/);
  });

  test.each([...SHORT, 'all'])('sends %s', (name) => {
    expect(requestsOf(run, name)).toBeGreaterThan(0);
  });

  test('shows for a scenario what it was and what it is, and whether there was a Redis', () => {
    expect(run.stdout).toMatch(
      /\n {2}what +before\n +now\n {2}graphiql-unread +1\.06 GB; .*\n +\d+ s +6 kB: [+-]\d+ MB at the peak, /,
    );
    expect(run.stdout).toMatch(/\nOver after \d+ s with SIEGE_SEED=\d+, assaults without Redis\n/);
  });
});

test(
  'a siege fails against a gateway without its bounds, and says which attack got through',
  async () => {
    const run = await siege({
      SIEGE_SECONDS: '2',
      SIEGE_ATTACKS: 'nested-one-less, introspection-within',
      MAX_ANSWER_FIELDS: '100000000',
      MAX_ANSWER_BYTES: '268435456',
      MAX_BYTES_IN_FLIGHT: '68719476736',
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/\nFAILED\n/);
    // The attack gets as far as the upstream, whatever ends it then.
    expect(run.stdout).toMatch(
      /^  nested-one-less: (?:\d+ upstream calls; none may be spent|the gateway ended)/m,
    );
    expect(requestsOf(run, 'introspection-within')).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);

test(
  'a siege fails when a relation of a scenario does not hold, and says which',
  async () => {
    // The query of the good client is refused then, and gets no label.
    const run = await siege({ SIEGE_ATTACKS: 'names-without-credential', MAX_DEPTH: '1' });
    expect(run).toMatchObject({ code: 1, stderr: '' });
    expect(run.stdout).toMatch(/^ +FAILED; names-without-credential: the good operation has no label/m);
    expect(run.stdout).toMatch(/\nFAILED\n {2}names-without-credential: the good operation has no label/);
  },
  TIMEOUT_MS,
);

test.skipIf(whySkippedWithoutRedis('The siege of a gateway with Redis') !== null)(
  'a siege of a gateway with Redis says so',
  async () => {
    const run = await siege({ SIEGE_SECONDS: '1', SIEGE_REDIS: '1', SIEGE_ATTACKS: 'fields-1' });
    expect(run, run.stdout + run.stderr).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/, assaults with Redis\n/);
  },
  TIMEOUT_MS,
);

test('a siege that is interrupted leaves no process behind', async () => {
  const child = spawn(process.execPath, [fileURLToPath(MAIN)], {
    env: { ...process.env, SIEGE_ATTACKS: 'graphiql-unread' },
    stdio: 'ignore',
    detached: true,
  });
  const ended = once(child, 'exit');
  const { pid = 0 } = child;
  // Children of a moment come before it.
  const gateway = () => childrenOf(pid).find((one) => commandOf(one).includes('gateway.mjs'));
  await expect.poll(gateway).toBeDefined();
  const running = gateway() ?? 0;
  process.kill(pid, 'SIGINT');
  expect(await ended).toEqual([1, null]);
  await expect.poll(() => isRunning(running)).toBe(false);
});

describe('scenarios', () => {
  const outcome = { figure: '1 MB', problems: [] };
  const scenario = { name: 'planted', before: '', openFiles: 10, run: () => Promise.resolve(outcome) };

  test('have names of their own, which are no names of assaults', () => {
    const names = [...assaults, ...scenarios].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z\d-]+$/);
  });

  test('end what they have started, also when they break off', async () => {
    const sockets: Socket[] = [];
    const held = await hold({
      ...scenario,
      async run(ground) {
        const port = await ground.listen(createServer());
        sockets.push(...(await ground.crowd(port, ['', 'x'])));
        throw new TypeError('planted');
      },
    });
    expect(held).toMatchObject({ figure: 'broken off', problems: ['TypeError: planted'] });
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  test('fail where a process may not open enough files, and say how many they need', async () => {
    const [problem] = (await hold({ ...scenario, openFiles: 1e9 })).problems;
    expect(problem).toMatch(/^needs 1000000200 open files in a process, and ulimit -n allows \d+$/);
  });

  test('are skipped where something is missing, and say what', async () => {
    const held = await hold({ ...scenario, whySkipped: () => 'no Redis' });
    expect(held).toMatchObject({ figure: 'skipped: no Redis', problems: [] });
  });

  test('count a value that was not measured as above its bound', () => {
    expect(above('growth', 5, 5, ' MB')).toEqual([]);
    expect(above('growth', 6, 5, ' MB')).toEqual(['growth: 6 MB; 5 MB may be']);
    expect(above('growth', NaN, 5, ' MB')).toEqual(['growth: NaN MB; 5 MB may be']);
  });
});

describe('attacks', () => {
  test('have names of their own, which settings and tokens can hold', () => {
    const names = assaults.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z\d-]+$/);
    expect(new Set(attacks.map(tokenOf)).size).toBe(attacks.length);
  });

  test.each(attacks.map((attack) => [attack.name, attack] as const))(
    '%s sends the same requests for the same seed, each within the limit of a body',
    (_name, { request }) => {
      const drawn = (seed: number) => {
        const random = createRandom(seed);
        return Array.from({ length: 30 }, () => request(random));
      };
      const requests = drawn(1);
      expect(drawn(1)).toEqual(requests);
      for (const { body, path } of requests) {
        expect(Buffer.byteLength(body ?? '')).toBeLessThanOrEqual(100_000);
        expect(path.length).toBeLessThan(16_000);
      }
    },
  );
});

describe('a siege notices', () => {
  const fought: Fought = {
    assault: { name: 'planted', clients: 1, attacks: [] },
    course: Object.assign(new Course(), { requests: 1 }),
    ordinary: { right: 2, refused: 1, wrong: new Finding() },
    figures: { cpuMs: 1, blockedMs: 40, busyMs: 30, peakMb: 500 },
    health: { probes: 10, failed: 0, mostMs: 900, p99Ms: 10 },
    calls: 0,
    complaints: [],
    hasRedis: false,
  };
  const free = attacks.find(({ isFree = false }) => isFree);
  const bounded = attacks.slice(0, 1).map((attack) => ({ ...attack, mostBusyMs: 250 }));

  function finding(seen: string): Finding {
    const found = new Finding();
    found.add(seen);
    return found;
  }

  test('nothing in an attack that the gateway has withstood', () => {
    expect(failuresOf(fought)).toEqual([]);
    expect(failuresOf({ ...fought, figures: { ...fought.figures, peakMb: 700 }, hasRedis: true })).toEqual(
      [],
    );
  });

  test.each<[string, Partial<Fought>, RegExp]>([
    ['the end of the gateway', { complaints: ['the gateway ended with SIGABRT'] }, /ended with SIGABRT/],
    ['an error in its log', { complaints: ['it logs: {"level":50}'] }, /it logs/],
    ['a failed probe', { health: { ...fought.health, failed: 1 } }, /health failed 1 times/],
    ['a second of silence', { health: { ...fought.health, mostMs: 1001 } }, /silent for 1001 ms/],
    ['too much memory', { figures: { ...fought.figures, peakMb: 641 } }, /RSS of 641 MB/],
    ['an attack that was not sent', { course: new Course() }, /nothing was sent/],
    [
      'a wrong answer to an attack',
      { course: Object.assign(new Course(), { requests: 1, wrong: finding('status 500') }) },
      /wrong: 1\n.*status 500/,
    ],
    [
      'a wrong answer to an ordinary client',
      { ordinary: { ...fought.ordinary, wrong: finding('200 {}') } },
      /ordinary requests went wrong: 1\n.*200 \{\}/,
    ],
    [
      'ordinary clients that are mostly refused',
      { ordinary: { ...fought.ordinary, refused: 2 } },
      /of 4 ordinary requests, 2 were refused/,
    ],
    [
      'too much work at once',
      { assault: { ...fought.assault, attacks: bounded }, figures: { ...fought.figures, busyMs: 251 } },
      /worked 251 ms at once; 250 ms may be/,
    ],
    [
      'an upstream call of an attack that has to be free',
      { calls: 1, assault: { ...fought.assault, attacks: free === undefined ? [] : [free] } },
      /1 upstream calls; none may be spent/,
    ],
  ])('%s', (_what, planted, expected) => {
    expect(failuresOf({ ...fought, ...planted }).join('\n')).toMatch(expected);
  });

  test('memory that stays, and a siege in which no ordinary request was answered', () => {
    const settings = parseSiegeSettings({ SIEGE_SEED: '1' }, ['planted']);
    const report = { settings, tookSeconds: 1, fought: [fought], held: [], complaints: [] };
    expect(failures({ ...report, memory: { start: 150, end: 250 } })).toEqual([]);
    expect(failures({ ...report, memory: { start: 150, end: 400 } })).toEqual([
      'RSS stays at 400 MB, and was 150 MB; 220 MB more may be',
    ]);
    expect(failures({ ...report, fought: [], memory: null })).toEqual(['no ordinary request was answered']);
  });

  test('a relation of a scenario that does not hold', () => {
    const settings = parseSiegeSettings({ SIEGE_SEED: '1' }, ['planted']);
    const held = { scenario: { name: 'planted', before: '1 GB' }, figure: '2 GB', tookSeconds: 1 };
    const report = { settings, tookSeconds: 1, fought: [], memory: null, complaints: [] };
    expect(failures({ ...report, held: [{ ...held, problems: [] }] })).toEqual([]);
    expect(failures({ ...report, held: [{ ...held, problems: ['too much'] }] })).toEqual([
      'planted: too much',
    ]);
  });

  const reply = (text: string, others: Partial<Reply> = {}): Reply => ({
    status: 200,
    retryAfter: null,
    sentBytes: text.length,
    bytes: text.length,
    text,
    isWhole: true,
    ...others,
  });
  const errors = (count: number, extensions: object, message = 'No.') =>
    reply(JSON.stringify({ errors: Array.from({ length: count }, () => ({ message, extensions })) }));
  const tooExpensive = { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerFields', asked: 2, allowed: 1 };
  const allowed = { outcomes: ['ok', 'QUERY_TOO_EXPENSIVE'] };

  test('nothing in right answers, nor in a refusal that tells when to come again', () => {
    expect(judge(reply('{"data":{}}'), allowed)).toEqual({ outcomes: ['ok'], problems: [] });
    expect(judge(errors(1, tooExpensive), allowed)).toEqual({
      outcomes: ['QUERY_TOO_EXPENSIVE answerFields'],
      problems: [],
    });
    const ofFields = { outcomes: ['QUERY_TOO_EXPENSIVE answerFields'] };
    expect(judge(errors(1, tooExpensive), ofFields).problems).toEqual([]);
    expect(judge(reply('', { status: 503, retryAfter: '1' }), allowed)).toEqual({
      outcomes: ['503'],
      problems: [],
    });
  });

  test('a limit that is wrong for the attack', () => {
    expect(judge(errors(1, tooExpensive), { outcomes: ['QUERY_TOO_EXPENSIVE time'] }).problems).toEqual([
      expect.stringMatching(/^outcome QUERY_TOO_EXPENSIVE answerFields: /),
    ]);
  });

  test.each<[string, Reply, RegExp]>([
    ['a server error', reply('{}', { status: 500 }), /^status 500/],
    ['a 503 that does not tell when to come again', reply('', { status: 503 }), /^status 503/],
    ['an answer that is too large', reply('', { bytes: 33_554_433 }), /33554433 bytes/],
    ['too many errors', errors(101, tooExpensive), /101 errors/],
    ['a long message', errors(1, tooExpensive, 'x'.repeat(601)), /a message of 601 characters/],
    ['a limit without its numbers', errors(1, { ...tooExpensive, asked: undefined }), /a limit told as/],
    ['a code without its limit', errors(1, { code: 'QUERY_TOO_EXPENSIVE' }), /a limit told as/],
    ['an unknown code', errors(1, { code: 'OOPS' }), /the code OOPS/],
    ['a code that is wrong for the attack', errors(1, { code: 'FORBIDDEN' }), /outcome FORBIDDEN/],
    ['an answer that is no result', reply('', { status: 404 }), /status 404 without a code/],
  ])('%s', (_what, received, expected) => {
    expect(judge(received, allowed).problems.join('\n')).toMatch(expected);
  });
});

describe('settings of a siege', () => {
  test('have defaults, with a seed drawn at random', () => {
    expect(parseSiegeSettings({}, ['a', 'b'])).toEqual({
      seconds: 120,
      seed: expect.any(Number),
      attacks: ['a', 'b'],
      withRedis: false,
      gateway: {},
    });
    expect(
      parseSiegeSettings(
        {
          SIEGE_SECONDS: '2',
          SIEGE_SEED: '7',
          SIEGE_ATTACKS: 'b',
          SIEGE_REDIS: '1',
          MAX_ANSWER_FIELDS: '5',
          PORT: '1',
          AUTH_NONE: 'i-know',
        },
        ['a', 'b'],
      ),
    ).toEqual({ seconds: 2, seed: 7, attacks: ['b'], withRedis: true, gateway: { MAX_ANSWER_FIELDS: '5' } });
  });

  test('are reported together when they are wrong, and nothing is started', async () => {
    const run = await siege({ SIEGE_SECONDS: '0', SIEGE_SEED: 'x', SIEGE_ATTACKS: 'nothing' });
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toMatch(
      /^SIEGE_SECONDS must be .*\nSIEGE_SEED must be .*\nSIEGE_ATTACKS has nothing, /,
    );
  });
});
