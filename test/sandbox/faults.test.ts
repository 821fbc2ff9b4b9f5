import { describe, expect, test } from 'vitest';

import type { Fault } from '../../src/sandbox/fault.ts';
import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { parseFaults } from '../../src/sandbox/parse-faults.ts';
import { ask, entitiesOf, logIn, sandboxForTest, TOKEN } from './helpers.ts';

const organisation = generateOrganisation(1);
const QUEUES = '/api/v2/routing/queues';

async function askUnder(...faults: readonly Fault[]) {
  return ask(await sandboxForTest({ organisation, faults }), QUEUES);
}

describe('a fault of kind', () => {
  test("status answers with the vendor's error body", async () => {
    const reply = await askUnder({ kind: 'status', status: 503, headers: { 'x-proxy': 'yes' } });
    expect(reply).toMatchObject({ status: 503, body: { status: 503, code: 'service.unavailable' } });
    expect(reply.headers.get('x-proxy')).toBe('yes');
    expect(reply.headers.get('inin-ratelimit-count')).toBe('1');
  });

  test('status can answer with anything else, with nothing, and with HTML', async () => {
    expect(await askUnder({ kind: 'status', status: 200, body: { entities: null } })).toMatchObject({
      status: 200,
      body: { entities: null },
    });
    expect(await askUnder({ kind: 'status', status: 502, body: '' })).toMatchObject({
      status: 502,
      text: '',
    });
    expect(await askUnder({ kind: 'status', status: 204 })).toMatchObject({ status: 204, text: '' });
    const html = await askUnder({ kind: 'status', status: 504, html: true });
    expect(html.status).toBe(504);
    expect(html.headers.get('content-type')).toBe('text/html');
  });

  test('rateLimited answers with 429, with and without Retry-After', async () => {
    const told = await askUnder({ kind: 'rateLimited', retryAfterSeconds: 7 });
    expect(told).toMatchObject({ status: 429, body: { code: 'too.many.requests.retry.after' } });
    expect(told.headers.get('retry-after')).toBe('7');
    const untold = await askUnder({ kind: 'rateLimited' });
    expect(untold.status).toBe(429);
    expect(untold.headers.get('retry-after')).toBeNull();
  });

  test('rateLimited at the login is a 400 that blames no credential', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'rateLimited', resource: 'login', times: 1 }] });
    expect(await logIn(sandbox)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringContaining('rate limit exceeded') },
    });
    expect((await logIn(sandbox)).status).toBe(200);
  });

  test('missingPermissions answers with 403 and names them', async () => {
    const reply = await askUnder({ kind: 'missingPermissions', permissions: ['routing:queue:view'] });
    expect(reply).toMatchObject({
      status: 403,
      body: { code: 'missing.permissions', messageParams: { permissions: 'routing:queue:view' } },
    });
  });

  test('delay answers all the same', async () => {
    const reply = await askUnder({ kind: 'delay', ms: 5 }, { kind: 'delay', ms: 5 });
    expect(entitiesOf(reply)).toHaveLength(8);
  });

  test('hang never answers, and the caller can go away', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'hang' }] });
    await expect(ask(sandbox, QUEUES, { signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
    expect(sandbox.requests).toMatchObject([{ resource: 'queues', status: null }]);
  });

  test('reset breaks the connection before the answer or in the middle of the body', async () => {
    const sandbox = await sandboxForTest({ organisation, faults: [{ kind: 'reset', times: 1 }] });
    await expect(ask(sandbox, QUEUES)).rejects.toThrow(TypeError);
    sandbox.faults.push({ kind: 'reset', afterBytes: 100 });
    const response = await fetch(`${sandbox.url}${QUEUES}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(sandbox.requests.map(({ status }) => status)).toEqual([null, 200]);
  });

  test('truncate answers with half of the JSON as if it were all', async () => {
    const reply = await askUnder({ kind: 'truncate' });
    expect(reply).toMatchObject({ status: 200, body: undefined });
    expect(reply.text).toMatch(/^\{"entities":\[/);
  });

  test('html answers like a proxy', async () => {
    const reply = await askUnder({ kind: 'html' });
    expect(reply).toMatchObject({ status: 502, text: expect.stringContaining('<html>') });
    expect(await askUnder({ kind: 'html', status: 200 })).toMatchObject({ status: 200, body: undefined });
  });

  test('alter changes the answer but not the organisation, and knows who asked', async () => {
    const sandbox = await sandboxForTest({
      organisation,
      faults: [
        {
          kind: 'alter',
          alter: (body) => Object.assign(body ?? {}, { entities: [] }),
        },
        { kind: 'alter', alter: (body, { token, ids }) => [body, token, ids] },
      ],
    });
    const reply = await ask(sandbox, `${QUEUES}?id=a,b`);
    expect(reply.body).toEqual([expect.objectContaining({ entities: [] }), TOKEN, ['a', 'b']]);
    sandbox.faults.length = 0;
    expect(entitiesOf(await ask(sandbox, QUEUES))).toHaveLength(8);
  });
});

describe('a fault', () => {
  test('strikes only its resource and its token', async () => {
    const sandbox = await sandboxForTest({
      tokens: ['one', 'two'],
      faults: [{ kind: 'status', status: 500, resource: 'queues', token: 'one' }],
    });
    expect((await ask(sandbox, QUEUES, { token: 'one' })).status).toBe(500);
    expect((await ask(sandbox, QUEUES, { token: 'two' })).status).toBe(200);
    expect((await ask(sandbox, '/api/v2/users', { token: 'one' })).status).toBe(200);
  });

  test('strikes as often as it says, in the order given', async () => {
    const sandbox = await sandboxForTest({
      faults: [
        { kind: 'status', status: 503, times: 2 },
        { kind: 'status', status: 504, times: 1 },
      ],
    });
    const statuses: number[] = [];
    while (statuses.length < 4) statuses.push((await ask(sandbox, QUEUES)).status);
    expect(statuses).toEqual([503, 503, 504, 200]);
  });

  test('at a rate strikes the same requests for the same seed', async () => {
    const run = async (seed: number) => {
      const faults: Fault[] = [{ kind: 'status', status: 503, rate: 0.3 }];
      const sandbox = await sandboxForTest({ organisation, seed, faults });
      for (let count = 0; count < 40; count += 1) await ask(sandbox, QUEUES);
      return sandbox.requests.map(({ status }) => status);
    };
    const statuses = await run(5);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(await run(5)).toEqual(statuses);
    expect(await run(6)).not.toEqual(statuses);
  });

  test('is not spent on a request that has no valid token', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'status', status: 503, times: 1 }] });
    expect((await ask(sandbox, QUEUES, { token: null })).status).toBe(401);
    expect((await ask(sandbox, QUEUES)).status).toBe(503);
  });
});

describe('faults as JSON', () => {
  test('are taken as they are', () => {
    const faults: Fault[] = [
      { kind: 'status', status: 503, resource: 'users', rate: 0.1, times: 3, headers: { a: 'b' } },
      { kind: 'rateLimited', retryAfterSeconds: 2 },
      { kind: 'missingPermissions', permissions: ['a:b:c'], token: 't' },
      { kind: 'delay', ms: 20, resource: '*' },
      { kind: 'hang' },
      { kind: 'reset', afterBytes: 10 },
      { kind: 'truncate' },
      { kind: 'html', status: 200 },
    ];
    expect(parseFaults(JSON.stringify(faults))).toEqual({ faults, problems: [] });
  });

  test.each([
    ['{', 'must be a JSON array of faults'],
    ['{}', 'must be a JSON array of faults'],
    ['[7]', 'fault 1: must be an object'],
    ['[{"kind":"alter"}]', 'fault 1: kind must be one of status, rateLimited'],
    ['[{"kind":"constructor"}]', 'fault 1: kind must be one of status, rateLimited'],
    ['[{"kind":"hang"},{"kind":"delay"}]', 'fault 2: ms must be a number from 0 up'],
    ['[{"kind":"hang","rate":1.5}]', 'fault 1: rate must be a number from 0 to 1'],
    ['[{"kind":"hang","resource":"user"}]', 'fault 1: resource must be one of *, campaigns'],
    ['[{"kind":"hang","ms":5}]', 'fault 1: ms is no field of kind hang'],
  ])('%s are refused', (json, problem) => {
    expect(parseFaults(json).problems).toEqual([expect.stringContaining(problem)]);
  });
});
