import { beforeAll, describe, expect, test } from 'vitest';
import { checkReply, GRAPHQL_TYPE, JSON_TYPE, type Reply } from '../../../scripts/soak/check-reply.ts';
import { parseSoakSettings } from '../../../scripts/soak/parse-soak-settings.ts';
import { stampingFault, stampOf } from '../../../scripts/soak/stamps.ts';
import { Tally } from '../../../scripts/soak/tally.ts';
import { UpstreamWindows } from '../../../scripts/soak/upstream-windows.ts';
import { PROFILES } from '../../../src/sandbox/profiles.ts';
import { gatewayForTest, TOKEN } from '../../support/gateway.ts';
import { type NodeRun, runNode } from '../../support/run-node.ts';

const folder = new URL('../../../scripts/soak/', import.meta.url);

// A soak runs in its own process: in the tests' process, other timers come and go.
function soak(env: Readonly<Record<string, string>>): Promise<NodeRun> {
  return runNode([new URL('main.ts', folder)], env);
}

describe('a short soak', () => {
  let run: NodeRun;
  beforeAll(async () => {
    run = await soak({ SOAK_SECONDS: '4', SOAK_SEED: '1' });
  });

  /** Numbers in the printed table row of this name, by column. */
  function numbers(name: string): number[] {
    const line = run.stdout.split('\n').find((each) => each.startsWith(`  ${name}  `)) ?? '';
    return (line.slice(name.length + 2).match(/[\d.]+/g) ?? []).map(Number);
  }

  test('finds no forbidden condition', () => {
    expect(run.stdout).toContain('Soak of 4 s with SOAK_SEED=1');
    expect(run.stdout).toMatch(/All of it holds\.\n$/);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    for (const condition of [
      'unhandled rejections',
      'responses that are not valid GraphQL',
      'identity mixes',
      'wrong answers',
      'refusals without a time to come again',
      'warnings of leaking listeners',
      'sockets and timers left after dispose',
    ]) {
      expect({ [condition]: numbers(condition) }).toEqual({ [condition]: [0] });
    }
  });

  test('sends requests and makes calls under every profile, and meets the troubles of the profiles', () => {
    for (const profile of ['(no trouble)', ...Object.keys(PROFILES), 'all']) {
      const [requests, , calls] = numbers(profile);
      expect({ profile, requests }).toEqual({ profile, requests: expect.toSatisfy((count) => count > 0) });
      expect({ profile, calls }).toEqual({ profile, calls: expect.toSatisfy((count) => count > 0) });
    }
    for (const count of [
      'logins throttled',
      'clients that went away',
      'tokens revoked or expired, and replaced',
      'stamps looked at',
    ]) {
      expect(numbers(count)[0]).toBeGreaterThan(0);
    }
    expect(numbers('rateLimitBursts').at(-1)).toBeGreaterThan(0);
  });

  test('demands ten times the quota, gets at most three 429s in 2 s, and has some requests refused', () => {
    expect(numbers('429s, at most in 2 s')[0]).toBeLessThanOrEqual(3);
    expect(numbers('upstream calls asked for')[0]).toBeGreaterThan(100);
    expect(numbers('upstream calls answered in time')[0]).toBeGreaterThan(0);
    expect(numbers('requests refused, or some of their fields')[0]).toBeGreaterThan(0);
    for (const size of ['at the start', 'in the middle', 'at the end']) {
      expect(numbers(size)[0]).toBeGreaterThan(0);
    }
  });

  test('prints no token', () => {
    expect(run.stdout).not.toContain('soak-token');
  });
});

describe('a soak notices', () => {
  const maySee = (stamp: string) => stamp === stampOf(TOKEN);

  function replyOf(body: unknown, status = 200, contentType: string = JSON_TYPE): Reply {
    return { status, contentType, text: typeof body === 'string' ? body : JSON.stringify(body) };
  }

  test('data that the upstream gave to another token, anywhere in an answer', async () => {
    const { query } = await gatewayForTest({ tokens: ['another-token'], faults: [stampingFault()] });
    const asked = '{ queue(id: "queue-1") { name description } }';
    const tally = new Tally();
    const own = await query(asked);
    const other = await query(asked, {}, 'another-token');
    expect(own.data.queue).toEqual({
      name: `Name of queue-1 [soak ${stampOf(TOKEN)}]`,
      description: `Description of queue-1 [soak ${stampOf(TOKEN)}]`,
    });

    tally.judge(replyOf(own), { accepted: JSON_TYPE, maySee });
    expect(tally.mixes.count).toBe(0);
    const { description } = other.data.queue;
    for (const planted of [
      { data: { queue: { ...own.data.queue, description } } },
      { data: { columns: { [description]: [1] } } },
    ]) {
      tally.judge(replyOf(planted), { accepted: JSON_TYPE, maySee });
    }
    expect(tally.mixes.count).toBe(2);
    expect(tally.mixes.samples[0]).toContain(stampOf('another-token'));
    expect(tally.invalid.count).toBe(0);
  });

  const error = { message: 'No.', extensions: { code: 'FORBIDDEN' } };

  test.each([
    ['an HTML page', replyOf('<html></html>', 502)],
    ['a list in place of an object', replyOf([])],
    ['neither data nor errors', replyOf({})],
    ['null as data and no errors', replyOf({ data: null })],
    ['an empty list of errors', replyOf({ data: {}, errors: [] })],
    ['an error without a message', replyOf({ data: {}, errors: [{ ...error, message: '' }] })],
    ['an error without a code', replyOf({ data: {}, errors: [{ message: 'No.' }] })],
    [
      'an unexpected error',
      replyOf({ errors: [{ ...error, extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }),
    ],
    [
      'a stack in an error',
      replyOf({ errors: [{ ...error, extensions: { code: 'FORBIDDEN', stack: 'at …' } }] }),
    ],
    [
      'text of the upstream in an error',
      replyOf({ errors: [{ ...error, message: `x [soak ${stampOf(TOKEN)}]` }] }),
    ],
    ['a status above 400', replyOf({ errors: [error] }, 500)],
    ['status 400 in place of 200', replyOf({ errors: [error] }, 400)],
    ['another media type than the client accepts', replyOf({ data: {} }, 200, GRAPHQL_TYPE)],
  ])('an answer with %s', (_what, reply) => {
    expect(checkReply(reply, JSON_TYPE)).toEqual(expect.any(String));
  });

  test('a status that does not fit the media type: only the newer type has 400 for an operation not executed', () => {
    const refused = { errors: [error] };
    expect(checkReply(replyOf(refused), JSON_TYPE)).toEqual(refused);
    expect(checkReply(replyOf(refused, 400, GRAPHQL_TYPE), GRAPHQL_TYPE)).toEqual(refused);
    expect(checkReply(replyOf(refused, 200, GRAPHQL_TYPE), GRAPHQL_TYPE)).toMatch('instead of 400');
  });

  test('unhandled rejections, and sockets and timers that are left open, idle ones included', async () => {
    const { stdout } = await runNode([
      '--input-type=module',
      '--eval',
      `import { once } from 'node:events';
      import { createServer, connect } from 'node:net';
      import { ProcessWatch } from '${new URL('process-watch.ts', folder).href}';
      const watch = new ProcessWatch();
      console.log(await watch.leftovers());
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      await once(connect(server.address().port, '127.0.0.1').unref(), 'connect');
      setInterval(() => undefined, 3_600_000);
      console.log((await watch.leftovers()).join().replaceAll(/\\d+/g, 'n'));
      void Promise.reject(new Error('planted'));
      setImmediate(() => {
        console.log(watch.unhandledRejections.count);
        process.exit();
      });`,
    ]);
    expect(stdout).toBe('[]\nsocket from n to n,socket from n to n,TCPServerWrap,Timeout\n1\n');
  });

  test('the largest number of 429s within any period as long as a quota window', () => {
    const windows = new UpstreamWindows(10, 1000);
    windows.note(12, 2, 0);
    windows.note(1, 1, 900);
    windows.note(3, 2, 1800);
    expect(windows).toMatchObject({ begun: 2, calls: 16, possible: 13, refusals: 5, mostRefusals: 3 });
  });
});

describe('settings of a soak', () => {
  test('have defaults, with a seed drawn at random', () => {
    expect(parseSoakSettings({})).toEqual({ seconds: 60, seed: expect.any(Number) });
    expect(parseSoakSettings({ SOAK_SECONDS: '2', SOAK_SEED: '7' })).toEqual({ seconds: 2, seed: 7 });
  });

  test('are reported together when they are wrong, and nothing is started', async () => {
    expect(await soak({ SOAK_SECONDS: '1.5', SOAK_SEED: 'x' })).toEqual({
      code: 1,
      stdout: '',
      stderr: `SOAK_SECONDS must be a whole number from 2 to 86400; it is "1.5".
SOAK_SEED must be a whole number from 0 to 4294967295; it is "x".
`,
    });
  });
});
