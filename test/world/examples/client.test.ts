import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../examples/client/src/client.ts';
import { explain, whyUnknown } from '../../../examples/client/src/gateway-error.ts';
import type { Fault } from '../../../src/sandbox/fault.ts';
import type { Organisation } from '../../../src/sandbox/organisation.ts';
import { gatewayWithRows } from '../../support/answers.ts';
import { gatewayForTest, NOTHING_KEPT, TOKEN } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../../support/organisation.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const EXAMPLE = path('../../../examples/client');
const TSC = path('../../../node_modules/typescript/bin/tsc');

interface Output {
  readonly code: number | null;
  /** Lines on stdout. */
  readonly listed: readonly string[];
  /** Text on stderr: errors and missing data. */
  readonly said: string;
}

/** Runs Node in the example's folder until it ends. */
async function node(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Output> {
  const child = spawn(process.execPath, args, { cwd: EXAMPLE, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let [stdout, said] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  await once(child, 'close');
  return { code: child.exitCode, listed: stdout.split('\n').slice(0, -1), said };
}

/** Runs the example client, which must never print its token. */
async function client(url: string, args: readonly string[] = [CAMPAIGN_ID, '100'], token = TOKEN) {
  const output = await node(['src/main.ts', ...args], { GATEWAY_URL: url, GATEWAY_TOKEN: token });
  expect(token !== '' && (output.listed.join('\n') + output.said).includes(token)).toBe(false);
  return output;
}

/** Address of a server that answers at any path. */
async function listening(listener: RequestListener): Promise<string> {
  return `${await listeningForTest(listener)}/graphql`;
}

interface Options {
  readonly organisation?: Organisation;
  readonly faults?: readonly Fault[];
  readonly env?: Readonly<Record<string, string>>;
}

async function gatewayOnPort(options: Options = {}) {
  const testGateway = await gatewayForTest(options);
  return { ...testGateway, url: await listening(testGateway.gateway.listener) };
}

/** Expected line of the n-th interaction. `details` follows the agent's name. */
function lineOf(n: number, details = `<user-${n % 20}@example.com>`): string {
  const state = ['PENDING', 'PROCEEDING', 'PREVIEWING', 'INTERACTING', 'SCHEDULED'][Math.floor(n / 20)] ?? '';
  return `${state.padEnd(11)}  Name of user-${n % 20} ${details} → Name of contact-${n}, Name of queue-${n % 5}`;
}

const all = Array.from({ length: 100 }, (_, n) => n);

/** Sorted ids of a type that an error on stderr names as unknown. */
function idsIn(said: string, type: string): readonly string[] {
  const [, ids = ''] = new RegExp(`could not be known: ${type} (.*)`).exec(said) ?? [];
  return ids.split(', ').toSorted();
}

test('the example client compiles in strict mode', async () => {
  expect(await node([TSC, '--noEmit'], {})).toEqual({ code: 0, listed: [], said: '' });
});

describe('the example client lists', () => {
  test('each interaction with its own agent, contact and queue, page after page', async () => {
    const { url, calls } = await gatewayOnPort({ env: NOTHING_KEPT });
    const { code, listed, said } = await client(url, [CAMPAIGN_ID, '40']);
    expect(said).toBe('');
    expect(code).toBe(0);
    expect(listed.filter((line) => !line.startsWith('--'))).toEqual(all.map((n) => lineOf(n)));
    const pages = listed.filter((line) => line.startsWith('--'));
    expect(pages.map((line) => /\d+ of \d+/.exec(line)?.[0])).toEqual([
      '40 of 100',
      '80 of 100',
      '100 of 100',
    ]);
    expect(listed.indexOf(pages[0] ?? '')).toBe(40);
    expect(calls()).toEqual({ campaignInteractions: 3, users: 3 });
  });

  test('interactions that have no agent, contact or queue yet', async () => {
    const { gateway } = await gatewayWithRows([{ id: 'interaction-1' }]);
    const { code, listed } = await client(await listening(gateway.listener));
    expect(code).toBe(0);
    expect(listed[0]).toBe('INTERACTING  nobody yet → nobody, no queue');
  });

  test('names with their control characters replaced, so that names cannot steer the terminal', async () => {
    const evil = { ...interaction(0), contact: { id: 'contact-0', name: 'Eve\u001b[2J\nPENDING' } };
    const { gateway } = await gatewayWithRows([evil]);
    const { listed } = await client(await listening(gateway.listener));
    expect(listed).toHaveLength(2);
    expect(listed[0]).toContain('Eve\u{fffd}[2J\u{fffd}PENDING');
  });
});

describe('the example client', () => {
  const agents = all.slice(0, 20).map((n) => `user-${n}`);

  test.each<[string, Fault, readonly string[]]>([
    [
      'FORBIDDEN',
      { kind: 'missingPermissions', resource: 'users', permissions: ['directory:user:view'] },
      ['lack of directory:user:view', 'Ask for the permission'],
    ],
    ['UNAUTHENTICATED', { kind: 'status', resource: 'users', status: 401 }, ['Set GATEWAY_TOKEN']],
    ['UPSTREAM_UNAVAILABLE', { kind: 'status', resource: 'users', status: 503 }, ['Try again later']],
    ['UPSTREAM_BAD_RESPONSE', { kind: 'truncate', resource: 'users' }, ['Try again later']],
    [
      'UPSTREAM_RATE_LIMITED',
      { kind: 'rateLimited', resource: 'users', retryAfterSeconds: 7 },
      ['Try again in 7 seconds'],
    ],
  ])('reports which agents could not be read, why, and what to do: %s', async (code, fault, advice) => {
    const { url } = await gatewayOnPort({ faults: [fault] });
    const output = await client(url);
    expect(output.said).toMatch(new RegExp(`^${code}: User: `));
    expect(idsIn(output.said, 'User')).toEqual(agents.toSorted());
    for (const words of advice) expect(output.said).toContain(words);
    expect(output.said.match(/could not be known/g)).toHaveLength(1);
    expect(output.listed.slice(0, -1)).toEqual(all.map((n) => lineOf(n, '(e-mail could not be known)')));
    // The list is still complete: the names came with it.
    expect(output.code).toBe(0);
  });

  test('distinguishes agents that the upstream does not know from agents that could not be read', async () => {
    const organisation = supervisorsOrganisation();
    const unknown = ['user-5', 'user-15'];
    const { url, sandbox } = await gatewayOnPort({
      organisation: {
        ...organisation,
        users: organisation.users.filter(({ id = '' }) => !unknown.includes(id)),
      },
      // Twenty agents take two calls, one of which fails.
      env: { UPSTREAM_BATCH_SIZE: '10' },
      faults: [{ kind: 'status', resource: 'users', status: 500, times: 1 }],
    });
    const { code, listed, said } = await client(url);
    const failed = sandbox.requests.find(({ status }) => status === 500)?.ids ?? [];
    expect(failed).toHaveLength(10);
    expect(unknown.filter((id) => failed.includes(id))).toHaveLength(1);
    expect(idsIn(said, 'User')).toEqual(failed.toSorted());
    expect(listed.slice(0, -1)).toEqual(
      all.map((n) => {
        const id = `user-${n % 20}`;
        if (failed.includes(id)) return lineOf(n, '(e-mail could not be known)');
        return unknown.includes(id) ? lineOf(n, '(e-mail unknown to the upstream)') : lineOf(n);
      }),
    );
    expect(code).toBe(0);
  });
});

describe('the example client exits with 1', () => {
  test('when the list cannot be read, and prints what to do', async () => {
    const { url } = await gatewayOnPort();
    const { code, listed, said } = await client(url, undefined, 'a-token-nobody-knows');
    expect({ code, listed }).toEqual({ code: 1, listed: [] });
    expect(said).toMatch(/^UNAUTHENTICATED: /);
    expect(said).toContain('Set GATEWAY_TOKEN');
    expect(idsIn(said, 'Campaign')).toEqual([CAMPAIGN_ID]);
  });

  test('when the gateway needs a token and none is set', async () => {
    const { url } = await gatewayOnPort();
    const { code, said } = await client(url, undefined, '');
    expect(code).toBe(1);
    expect(said).toContain('Set GATEWAY_TOKEN');
  });

  test('when a later page cannot be read, after the pages before have been listed', async () => {
    const { gateway } = await gatewayForTest();
    const failing = await gatewayForTest({
      faults: [{ kind: 'status', resource: 'campaignInteractions', status: 500 }],
    });
    const gateways = [gateway, failing.gateway];
    const url = await listening((request, response) => gateways.shift()?.listener(request, response));
    const { code, listed, said } = await client(url, [CAMPAIGN_ID, '60']);
    expect(listed.slice(0, -1)).toEqual(all.slice(0, 60).map((n) => lineOf(n)));
    expect(said).toMatch(/^UPSTREAM_/);
    expect(code).toBe(1);
  });

  test('when the upstream does not know the campaign, although the answer has no error', async () => {
    const { url } = await gatewayOnPort();
    expect(await client(url, ['campaign-2'])).toEqual({
      code: 1,
      listed: [],
      said: 'The upstream knows no campaign campaign-2.\n',
    });
  });

  test('when the gateway refuses the request, and prints why', async () => {
    const { url, calls } = await gatewayOnPort();
    for (const [size, message] of [
      ['-1', 'Argument "first" must be from 0 to 1000, not -1.'],
      ['many', 'Variable "$first"'],
    ] as const) {
      const { code, said } = await client(url, [CAMPAIGN_ID, size]);
      expect(said).toMatch(/^BAD_USER_INPUT: /);
      expect(said).toContain(message);
      expect(code).toBe(1);
    }
    expect(calls()).toEqual({});
  });

  test('when its page size is 0, so that no page leads to the next', async () => {
    const { url } = await gatewayOnPort();
    const { code, listed } = await client(url, [CAMPAIGN_ID, '0']);
    expect(listed).toEqual([expect.stringContaining('0 of 100')]);
    expect(code).toBe(1);
  });

  test('when nothing listens at the address', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await client(`http://127.0.0.1:${port}/graphql`)).toEqual({
      code: 1,
      listed: [],
      said: `No answer from 127.0.0.1:${port}: ECONNREFUSED. GATEWAY_URL tells where the gateway is.\n`,
    });
  });

  test('when something other than a GraphQL server answers at the address', async () => {
    for (const [status, body] of [
      [502, '<html>Bad Gateway</html>'],
      [200, '<html>Welcome</html>'],
      [200, '{"hello":"world"}'],
      [200, 'null'],
      [204, ''],
    ] as const) {
      const url = await listening((_request, response) => response.writeHead(status).end(body));
      const { code, said } = await client(url);
      expect(said).toContain(`${new URL(url).host} answered with HTTP ${status}, and not in GraphQL.`);
      expect(code).toBe(1);
    }
  });

  test('when the address is no HTTP URL', async () => {
    for (const url of ['localhost:4000/graphql', 'http://', 'ftp://localhost']) {
      const { code, said } = await client(url);
      expect(said).toBe('GATEWAY_URL has to be an address such as http://localhost:4000/graphql.\n');
      expect(code).toBe(1);
    }
  });

  test('when the token cannot be sent, without printing the token', async () => {
    const { url } = await gatewayOnPort();
    const { code, said } = await client(url, undefined, 'two\nlines');
    expect(said).toContain('could not be made with this address and token');
    expect(said).not.toMatch(/two|lines/);
    expect(code).toBe(1);
  });
});

describe('an operation of the example client', () => {
  const document = parse('{ __typename }');

  test('is given up when its signal aborts, before the answer and in the middle of it', async () => {
    for (const begin of [false, true]) {
      const url = await listening((_request, response) => {
        if (begin) response.writeHead(200).write('{"data":');
      });
      const execute = createClient(new URL(url), undefined);
      await expect(execute(document, {}, AbortSignal.timeout(300))).rejects.toThrow('it took too long');
      const stop = new AbortController();
      const answer = execute(document, {}, stop.signal);
      stop.abort();
      await expect(answer).rejects.toThrow('the request was cancelled');
    }
  });

  test('sends the token as a bearer token, and no Authorization header without one', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listening((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"data":{"__typename":"Query"}}');
    });
    expect(await createClient(new URL(url), TOKEN)(document, {})).toEqual({
      data: { __typename: 'Query' },
      errors: [],
    });
    await createClient(new URL(url), undefined)(document, {});
    expect(seen).toEqual([`Bearer ${TOKEN}`, undefined]);
  });
});

test('the text of an error names the affected entities of every type that depended on the call', () => {
  const error = {
    message: 'Contact: the upstream is not available.',
    extensions: {
      code: 'UPSTREAM_UNAVAILABLE',
      affected: {
        type: 'Contact',
        ids: ['one', 'two'],
        paths: ['nodes.*.contact.data'],
        also: [{ type: 'Campaign', ids: ['three'] }],
      },
      correlationId: 'four',
    },
  };
  expect(explain(error).split('\n  ')).toEqual([
    'UPSTREAM_UNAVAILABLE: Contact: the upstream is not available.',
    'could not be known: Contact one, two',
    'could not be known: Campaign three',
    'Try again later.',
    "The vendor's support asks for: four",
  ]);
  expect(whyUnknown([error], 'Contact', 'two')).toBe(error);
  expect(whyUnknown([error], 'Campaign', 'three')).toBe(error);
  expect(whyUnknown([error], 'Campaign', 'two')).toBeUndefined();
  expect(explain({ message: 'Of another server' })).toBe('ERROR: Of another server');
});
