import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { capturedLog } from '../support/captured-log.ts';
import { gatewayForTest, type GraphQLAnswer, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { subscriptionGatewayForTest } from '../support/subscriptions.ts';
import { range } from '../support/range.ts';

/** Query for rows under long names, so that a small query has a large answer. */
const rows = (first: number, names = 2) =>
  `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${first}) { nodes { id ${range(names)
    .map((n) => `${'n'.repeat(249)}${n}: state`)
    .join(' ')} } } }`;
const SMALL = '{ user(id: "user-1") { name } }';

function organisationWithRows(count: number): Organisation {
  const interactingInteractions = range(count).map((n) => interaction(n));
  return { ...supervisorsOrganisation(), interactions: () => ({ interactingInteractions }) };
}

interface Way {
  readonly method?: 'GET' | 'POST' | 'trusted';
  readonly accept?: string;
  readonly coding?: string;
}

/** Ways in which a request comes and its answer leaves. */
const ways: readonly [string, Way][] = [
  ['POST', {}],
  ['GET', { method: 'GET' }],
  ['a trusted document', { method: 'trusted' }],
  ['application/graphql-response+json', { accept: 'application/graphql-response+json' }],
  ['text/event-stream', { accept: 'text/event-stream' }],
  ['multipart/mixed', { accept: 'multipart/mixed' }],
  ['Brotli', { coding: 'br' }],
  ['gzip', { coding: 'gzip' }],
];

const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
};

const framed: Readonly<Record<string, RegExp>> = {
  'text/event-stream': /^:\n\nevent: next\ndata: (?<json>.*)\n\nevent: complete\ndata:\n\n$/,
  'multipart/mixed':
    /^\r\n---\r\nContent-Type: application\/json; charset=utf-8\r\nContent-Length: (?<length>\d+)\r\n\r\n(?<json>.*)\r\n-----\r\n$/,
};

interface Received {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  /** JSON text, decoded and without the frame of its media type. */
  readonly json: string;
}

/** Gateway on a port, over 2,000 rows. */
async function gatewayOnPort(env: Readonly<Record<string, string>> = {}, manifest = {}) {
  const captured = capturedLog();
  const tested = await gatewayForTest({
    organisation: organisationWithRows(2000),
    env,
    manifest,
    log: captured.log,
  });
  const url = await listeningForTest(tested.gateway.listener);

  async function ask(query: string, { method = 'POST', accept, coding }: Way = {}): Promise<Received> {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      'x-upstream-report': '1',
      ...(accept !== undefined && { accept }),
      ...(coding !== undefined && { 'accept-encoding': coding }),
    };
    const body = method === 'trusted' ? { documentId: 'large' } : { query };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const target = method === 'GET' ? `?query=${encodeURIComponent(query)}` : '';
      request(`${url}/graphql${target}`, { headers, method: method === 'GET' ? 'GET' : 'POST' })
        .on('error', reject)
        .on('response', resolve)
        .end(method === 'GET' ? undefined : JSON.stringify(body));
    });
    const bytes = await buffer(response);
    const decoded = decoders[response.headers['content-encoding'] ?? '']?.(bytes);
    const text = (decoded ?? bytes).toString();
    const groups = framed[accept ?? '']?.exec(text)?.groups;
    const json = accept !== undefined && accept in framed ? (groups?.['json'] ?? '') : text;
    if (groups?.['length'] !== undefined) expect(Number(groups['length'])).toBe(Buffer.byteLength(json));
    return { status: response.statusCode, headers: response.headers, json };
  }
  return { ...tested, ask, requests: captured.requests };
}

/** Expects an answer of one error about too many bytes. */
function expectTooLong(answer: GraphQLAnswer, allowed: number): void {
  expect(answer.data).toBeUndefined();
  expect(answer.errors).toEqual([
    {
      message: expect.stringMatching(
        new RegExp(`^The answer has at least \\d+ bytes, and ${allowed} are allowed \\(MAX_ANSWER_BYTES\\)`),
      ),
      extensions: {
        code: 'QUERY_TOO_EXPENSIVE',
        limit: 'answerBytes',
        asked: expect.any(Number),
        allowed,
      },
    },
  ]);
  expect(answer.errors?.[0]?.extensions.asked).toBeGreaterThan(allowed);
}

describe('a large answer is whole,', () => {
  test.each(ways)('by %s', async (_what, way) => {
    const query = rows(1000, 8);
    const { ask } = await gatewayOnPort({ MAX_ANSWER_FIELDS: '20000' }, { large: query });
    const { status, json, headers } = await ask(query, way);
    expect(status).toBe(200);
    expect(json.length).toBeGreaterThan(2_000_000);
    const { data } = JSON.parse(json);
    expect(data.campaignInteractions.nodes.map(({ id }: { id: string }) => id)).toEqual(
      (await JSON.parse((await ask(rows(1000))).json)).data.campaignInteractions.nodes.map(
        ({ id }: { id: string }) => id,
      ),
    );
    expect(json).toBe(JSON.stringify(JSON.parse(json)));
    expect(headers['cache-control']).toBe('private, no-store');
    expect(headers['content-encoding'] ?? null).toBe(
      way.coding ?? (way.accept === 'text/event-stream' ? 'none' : null),
    );
    // Small answers have the same frame, which Yoga gives them.
    expect(JSON.parse((await ask(SMALL, way.method === 'trusted' ? {} : way)).json).data).toEqual({
      user: { name: 'Name of user-1' },
    });
  });

  test('with a length of its body, also compressed', async () => {
    const { ask } = await gatewayOnPort();
    const plain = await ask(rows(1000, 6));
    expect(plain.headers['content-length']).toBe(String(Buffer.byteLength(plain.json)));
    for (const coding of ['br', 'gzip']) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      const coded = await ask(rows(1000, 6), { coding });
      expect(Number(coded.headers['content-length'])).toBeLessThan(plain.json.length / 4);
      expect(coded.headers['vary']).toBe('Accept-Encoding');
      expect(JSON.parse(coded.json).data).toEqual(JSON.parse(plain.json).data);
    }
  });
});

describe('an answer with too many bytes is replaced by one error,', () => {
  const ALLOWED = 20_000;

  test.each(ways)('by %s', async (_what, way) => {
    const { ask, requests } = await gatewayOnPort(
      { MAX_ANSWER_BYTES: String(ALLOWED), UPSTREAM_REPORT: 'on' },
      { large: rows(1000) },
    );
    const { status, json, headers } = await ask(rows(1000), way);
    const isSpec = way.accept === undefined || way.accept === 'text/event-stream';
    expect(status).toBe(isSpec ? 200 : 400);
    expect(headers).not.toHaveProperty('content-encoding', way.coding ?? '');
    expectTooLong(JSON.parse(json), ALLOWED);
    // The calls that it has cost are still told.
    expect(JSON.parse(json).extensions.upstream.calls).toHaveLength(1);
    expect(JSON.parse((await ask(SMALL)).json).data).toEqual({ user: { name: 'Name of user-1' } });
    await expect.poll(() => requests().length).toBe(2);
    expect(requests()[0]).toMatchObject({ errorCodes: ['QUERY_TOO_EXPENSIVE'], status });
    expect(requests()[1]).not.toHaveProperty('errorCodes');
  });

  test.each([
    ['the interpreter', Infinity],
    ['compiled code', 1],
  ])('at the same byte with %s', async (_which, compileAtHit) => {
    const answerWithin = async (bytes: number) => {
      const env = { MAX_ANSWER_BYTES: String(bytes) };
      return (await gatewayForTest({ env, compileAtHit })).query(rows(100));
    };
    const whole = await answerWithin(100_000);
    const bytes = Buffer.byteLength(JSON.stringify(whole));
    expect(await answerWithin(bytes)).toEqual(whole);
    expectTooLong(await answerWithin(bytes - 1), bytes - 1);
  });

  test('errors and the report counted', async () => {
    const ask = async (env: Readonly<Record<string, string>>, headers = {}) => {
      const faults = [{ kind: 'status', status: 400, resource: 'users' }] as const;
      const { gateway } = await gatewayForTest({ env: { UPSTREAM_REPORT: 'on', ...env }, faults });
      const query = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}") { nodes { agent { email } } } }`;
      const response = await gateway.fetch(
        new Request(`http://localhost/graphql?query=${encodeURIComponent(query)}`, {
          headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        }),
      );
      return response.text();
    };
    const text = await ask({});
    const { errors, data } = JSON.parse(text);
    expect(errors).toHaveLength(1);
    expect(text.length).toBeGreaterThan(JSON.stringify({ data }).length + 100);
    expect(JSON.parse(await ask({ MAX_ANSWER_BYTES: String(text.length) })).data).toEqual(data);
    expectTooLong(JSON.parse(await ask({ MAX_ANSWER_BYTES: String(text.length - 1) })), text.length - 1);
    const report = { 'x-upstream-report': '1' };
    const reported = await ask({}, report);
    expect(reported.length).toBeGreaterThan(text.length);
    expectTooLong(JSON.parse(await ask({ MAX_ANSWER_BYTES: String(text.length) }, report)), text.length);
  });

  test('also introspection', async () => {
    const { query } = await gatewayForTest({ env: { MAX_ANSWER_BYTES: '5000' } });
    const answer = await query('{ __schema { types { name description fields { name description } } } }');
    expect(answer.errors).toHaveLength(1);
    expectTooLong(answer, 5000);
  });

  test('which does not end a subscription', async () => {
    const sizes = [1, 1000, 2];
    const { subscribe } = await subscriptionGatewayForTest(
      async function* source() {
        for (const size of sizes) yield range(size).map((n) => ({ id: `campaign-${n}` }));
      },
      { env: { MAX_ANSWER_BYTES: '5000' } },
    );
    const { results, isComplete } = await subscribe({
      query: `subscription { campaigns(campaignId: "${CAMPAIGN_ID}") { id } }`,
    });
    expect(isComplete).toBe(true);
    expect(results.map(({ data }) => data?.campaigns.length)).toEqual([1, undefined, 2]);
    expectTooLong(results[1] ?? {}, 5000);
  });
});
